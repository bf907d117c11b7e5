using System.Numerics.Tensors;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>How large the slots of a value are.</summary>
/// <param name="Bound">largest size of a slot that was seen</param>
/// <param name="Rms">root mean square over all slots</param>
public readonly record struct ValueSize(double Bound, double Rms);

/// <summary>
/// Sizes of a program's values, by name, taken from runs on clear slots: bounds pick the ranges of refreshes, root mean squares say what noise
/// is to be compared with.
/// </summary>
public sealed class ProgramCalibration
{
    private readonly Dictionary<string, (double Bound, double Squares, long Slots)> _seen = [];

    /// <summary>By the values' names.</summary>
    public IReadOnlyDictionary<string, ValueSize> Sizes =>
        _seen.ToDictionary(pair => pair.Key, pair => new ValueSize(pair.Value.Bound, Math.Sqrt(pair.Value.Squares / pair.Value.Slots)));

    /// <summary>Takes in a value's clear slots; an observer of runs.</summary>
    public void Observe(Instruction? instruction, Value value, IReadOnlyList<SlotVector> vectors)
    {
        var (bound, squares, slots) = _seen.GetValueOrDefault(value.Name);
        foreach (var vector in vectors)
        {
            var values = ((ClearVector)vector).Values;
            bound = Math.Max(bound, Math.Abs(TensorPrimitives.MaxMagnitude(values)));
            squares += TensorPrimitives.SumOfSquares(values);
            slots += values.Length;
        }
        _seen[value.Name] = (bound, squares, slots);
    }
}
