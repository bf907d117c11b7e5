using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// What lives while a planned program runs: a joined group shares the vectors of its parts, inputs live from the start until they are
/// freed.
/// </summary>
/// <param name="bytesOf">of a value's vectors</param>
internal sealed class LiveStorage(Func<Value, long> bytesOf)
{
    private readonly Dictionary<Value, IReadOnlyList<Value>> _held = [];
    private readonly Dictionary<Value, int> _owners = [];

    /// <summary>Of all that lives.</summary>
    public long Bytes { get; private set; }

    /// <summary>Groups that live, as their vectors were made.</summary>
    public IEnumerable<Value> Values => _owners.Keys;

    /// <summary>Groups that live, joined ones among them.</summary>
    public IEnumerable<Value> Groups => _held.Keys;

    /// <summary>Whether no other living group shares a value's vectors.</summary>
    public bool IsAlone(Value value) => _held[value].All(storage => _owners[storage] == 1);

    /// <summary>Bytes of vectors that these values hold, each counted once.</summary>
    public long BytesOf(IEnumerable<Value> values) => values.SelectMany(value => _held[value]).Distinct().Sum(bytesOf);

    public void Hold(Value value) => Hold(value, [value]);

    /// <summary>Adds what an instruction makes.</summary>
    public void Make(Instruction instruction)
    {
        foreach (var result in instruction.Results)
            Hold(result, instruction is Join join ? [.. join.Parts.SelectMany(part => _held[part])] : [result]);
    }

    /// <summary>Lets go of what an instruction frees or stores.</summary>
    public void Release(Instruction instruction)
    {
        if (instruction is not (Free or Store))
            return;
        _held.Remove(instruction.Operands[0], out var storages);
        foreach (var storage in storages!)
        {
            if (--_owners[storage] > 0)
                continue;
            _owners.Remove(storage);
            Bytes -= bytesOf(storage);
        }
    }

    private void Hold(Value value, IReadOnlyList<Value> storages)
    {
        _held.Add(value, storages);
        foreach (var storage in storages)
        {
            _owners[storage] = _owners.GetValueOrDefault(storage) + 1;
            Bytes += _owners[storage] == 1 ? bytesOf(storage) : 0;
        }
    }
}
