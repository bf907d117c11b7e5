using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>A group of an executed run against the same one on clear slots.</summary>
/// <param name="Instruction">that made it, from 0</param>
/// <param name="Value">the group</param>
/// <param name="Vector">the worst of its vectors, from 0</param>
/// <param name="Rms">root mean square of the gap, over the group</param>
/// <param name="Worst">the largest gap of a slot</param>
/// <param name="Expected">standard deviation that is estimated</param>
/// <param name="Magnitude">root mean square of the clear values</param>
public sealed record ShadowGap(
    int Instruction, Value Value, int Vector, double Rms, double Worst, double Expected, double Magnitude)
{
    /// <summary>How many bits the gap is above its estimate; below it, if negative.</summary>
    public double Excess => Math.Log2(Rms / Expected);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"instruction {Instruction}: {Value.Name} is off by {Rms:E1} rms and {Worst:E1} at worst (vector {Vector}), "
        + $"{Expected:E1} is expected");
}

/// <summary>
/// The same program on clear slots beside one that is executed on ciphertexts: an observer of the run, which decrypts each group as it is
/// made and finds the first instruction that did not do what it should. For whoever has the secret key; a server cannot use it.
/// </summary>
/// <remarks>
/// The bound of a group is a multiple of the standard deviation that <see cref="NoiseEstimate"/> gives. Estimates of groups within recipes
/// are up to two bits off, those of tensors one (TinyStepTests): so 2^3 for the root mean square of a group. Single slots have no bound of
/// their own: errors are in proportion to values, and where few slots hold large ones (gradients of a kernel) their errors are at 80
/// standard deviations of the group. So a mistake in one slot of n is found from 2^3 sqrt(n) standard deviations on, 2^-15 in 64 vectors of 2^11
/// slots with errors of 2^-27. What an error begins at is named, since what comes before it is in its bounds; what follows from it is not
/// told apart.
/// </remarks>
public sealed class ShadowRun : IDisposable
{
    /// <summary>How many times its estimate the root mean square of a group's gap may be.</summary>
    public const double RmsMultiple = 8;

    private readonly EncryptedProgram _program;
    private readonly IReadOnlyDictionary<Value, GroupEstimate> _estimates;
    private readonly Func<SlotVector, double[]> _decrypt;
    private readonly ProgramRun _clear;
    private readonly Dictionary<Value, double[][]> _made = [];
    private readonly List<ShadowGap> _gaps = [];

    /// <param name="program">after planning</param>
    /// <param name="inputs">slots of the inputs by name</param>
    /// <param name="constants">what else the program is to be given</param>
    /// <param name="estimates">of all groups</param>
    /// <param name="decrypt">slots of a vector of the executed run</param>
    /// <param name="folder">for groups that the program stores, or null if it stores none</param>
    /// <exception cref="ArgumentException">the program is not planned, or an input is missing</exception>
    public ShadowRun(
        EncryptedProgram program, IReadOnlyDictionary<string, double[][]> inputs, ProgramConstants constants,
        IReadOnlyDictionary<Value, GroupEstimate> estimates, Func<SlotVector, double[]> decrypt, SpillFolder? folder = null)
    {
        (_program, _estimates, _decrypt) = (program, estimates, decrypt);
        var levels = program.Levels ?? throw new ArgumentException("the program is not planned: it has no levels", nameof(program));
        var groups = new ClearGroups(program.Grid.SlotCount, levels.Refreshed);
        var vectors = program.Inputs.ToDictionary(
            input => input.Name, input => inputs[input.Name].Select(slots => groups.Load(slots, levels.Inputs[input.Name])).ToArray());
        _clear = ProgramRun.Start(program, groups, vectors, constants, folder);
        foreach (var vector in vectors.Values.SelectMany(group => group))
            vector.Dispose();
    }

    /// <summary>The first group that is not within its bound, or null.</summary>
    public ShadowGap? First { get; private set; }

    /// <summary>Groups that were compared, in the order in which they were made; <see cref="First"/>, if there is one, is the last.</summary>
    public IReadOnlyList<ShadowGap> Gaps => _gaps;

    /// <summary>Told of every group as it is made: a <see cref="ValueObserver"/> of the executed run.</summary>
    /// <exception cref="InvalidOperationException">the group is not made by the program, or was made before</exception>
    /// <exception cref="RangeViolationException">a clear value leaves the domain of a polynomial</exception>
    public void Observe(Instruction instruction, Value value, IReadOnlyList<SlotVector> vectors)
    {
        // After the first all groups that depend on it are off.
        if (First is not null)
            return;
        while (!_made.ContainsKey(value))
            Advance(value);
        _made.Remove(value, out var expected);
        double squares = 0, worst = 0, energy = 0;
        var worstVector = 0;
        for (var i = 0; i < vectors.Count; i++)
        {
            foreach (var (found, clear) in _decrypt(vectors[i]).Zip(expected![i]))
            {
                // A difference that is no number is one of any size.
                var gap = found - clear is var difference && double.IsNaN(difference) ? double.PositiveInfinity : Math.Abs(difference);
                squares += gap * gap;
                energy += clear * clear;
                if (gap > worst)
                    (worst, worstVector) = (gap, i);
            }
        }
        double slots = (long)vectors.Count * _program.Grid.SlotCount, rms = Math.Sqrt(squares / slots);
        var bound = _estimates[value].Error;
        _gaps.Add(new ShadowGap(_clear.Next - 1, value, worstVector, rms, worst, bound, Math.Sqrt(energy / slots)));
        if (!(rms <= RmsMultiple * bound))
            First = _gaps[^1];
    }

    public void Dispose() => _clear.Dispose();

    /// <summary>Executes the next clear instruction, towards the one that makes a value.</summary>
    private void Advance(Value wanted)
    {
        if (_clear.IsDone)
            throw new InvalidOperationException($"{wanted} is not made by the program, or was compared before");
        _made.Clear();
        _clear.Step((_, value, vectors) => _made[value] = [.. vectors.Select(ClearGroups.Read)]);
    }
}
