using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>The values and instructions of a program by number: who makes what, who reads what, what depends on what.</summary>
public sealed class ProgramDependencies
{
    private readonly Dictionary<Value, int> _numbers = [];
    private readonly List<Value> _values = [];
    private readonly int[][] _operands;
    private readonly int[][] _results;
    private readonly int[] _producers;
    private readonly int[][] _consumers;
    private readonly Lazy<ulong[][]> _ancestors;

    /// <exception cref="ArgumentException">a value is read before it is made, made twice, or an output is not made</exception>
    public ProgramDependencies(EncryptedProgram program)
    {
        Program = program;
        foreach (var input in program.Inputs)
            Number(input);
        _operands = new int[program.Instructions.Count][];
        _results = new int[program.Instructions.Count][];
        for (var i = 0; i < _operands.Length; i++)
        {
            var instruction = program.Instructions[i];
            _operands[i] = [.. instruction.Operands.Select(operand => NumberOf(operand, instruction))];
            _results[i] = [.. instruction.Results.Select(Number)];
        }
        _producers = [.. Enumerable.Repeat(-1, _values.Count)];
        var consumers = _values.Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < _operands.Length; i++)
        {
            foreach (var result in _results[i])
                _producers[result] = i;
            foreach (var operand in _operands[i])
                consumers[operand].Add(i);
        }
        _consumers = [.. consumers.Select(list => list.ToArray())];
        Outputs = [.. program.Outputs.Values.Select(output => _numbers.TryGetValue(output, out var number)
            ? number
            : throw new ArgumentException($"the output {output} is not made by the program"))];
        _ancestors = new Lazy<ulong[][]>(FindAncestors);
    }

    public EncryptedProgram Program { get; }

    /// <summary>Inputs, then results in the order in which they are made.</summary>
    public IReadOnlyList<Value> Values => _values;

    /// <summary>Numbers of the values that a run gives back.</summary>
    public IReadOnlyList<int> Outputs { get; }

    public int InstructionCount => _operands.Length;

    /// <summary>The number of a value of the program.</summary>
    public int this[Value value] => _numbers[value];

    /// <summary>Values that an instruction reads, each once.</summary>
    public ReadOnlySpan<int> Operands(int instruction) => _operands[instruction];

    /// <summary>Values that an instruction makes.</summary>
    public ReadOnlySpan<int> Results(int instruction) => _results[instruction];

    /// <summary>The instruction that makes a value, or -1 for an input.</summary>
    public int Producer(int value) => _producers[value];

    /// <summary>Instructions that read a value, in their order.</summary>
    public ReadOnlySpan<int> Consumers(int value) => _consumers[value];

    /// <summary>Whether a value is computed from another one.</summary>
    public bool DependsOn(int value, int other) => (_ancestors.Value[value][other >> 6] >> (other & 63) & 1) != 0;

    private int Number(Value value)
    {
        if (!_numbers.TryAdd(value, _values.Count))
            throw new ArgumentException($"{value} is made twice");
        _values.Add(value);
        return _values.Count - 1;
    }

    private int NumberOf(Value operand, Instruction reader) => _numbers.TryGetValue(operand, out var number)
        ? number
        : throw new ArgumentException($"{reader.GetType().Name} reads {operand} before it is made");

    /// <summary>For each value the set of those that it is computed from, as bits.</summary>
    private ulong[][] FindAncestors()
    {
        var words = _values.Count + 63 >> 6;
        var ancestors = _values.Select(_ => new ulong[words]).ToArray();
        for (var i = 0; i < _operands.Length; i++)
        {
            foreach (var result in _results[i])
            {
                foreach (var operand in _operands[i])
                {
                    for (var word = 0; word < words; word++)
                        ancestors[result][word] |= ancestors[operand][word];
                    ancestors[result][operand >> 6] |= 1UL << (operand & 63);
                }
            }
        }
        return ancestors;
    }
}
