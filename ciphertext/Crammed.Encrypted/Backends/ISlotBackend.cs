using Crammed.Approximation;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// What a circuit may do with slot vectors. The same circuit runs on clear slots and on ciphertexts.
/// </summary>
/// <remarks>
/// Every vector at level l has the one scale that belongs to that level (Kim, Papadimitriou, Polyakov 2020), so scales never appear here.
/// Results are new vectors that the caller owns; operands stay as they are. All members may be called concurrently.
/// Products consume one level, and operands of a product must stand at equal levels; additions lower the higher operand.
/// </remarks>
public interface ISlotBackend
{
    /// <summary>Slots in a vector.</summary>
    int SlotCount { get; }

    /// <summary>Level of a refreshed vector.</summary>
    int MaxLevel { get; }

    /// <summary>
    /// Runs work(0) ... work(count - 1), independent of each other, on as many threads as the backend has. Its operations inside run on the
    /// thread that calls them. The first exception comes out as it was thrown.
    /// </summary>
    void ParallelFor(int count, Action<int> work);

    /// <summary>a + b, at the lower of the two levels.</summary>
    SlotVector Add(SlotVector a, SlotVector b);

    /// <summary>a - b, at the lower of the two levels.</summary>
    SlotVector Subtract(SlotVector a, SlotVector b);

    /// <summary>-a.</summary>
    SlotVector Negate(SlotVector a);

    /// <summary>a + constant in every slot.</summary>
    SlotVector AddConstant(SlotVector a, double constant);

    /// <summary>a times an integer; no level.</summary>
    SlotVector MultiplyInteger(SlotVector a, long factor);

    /// <summary>a times a public constant; one level.</summary>
    SlotVector MultiplyScalar(SlotVector a, double factor);

    /// <summary>Sum of a[i] * plain[i], slot by slot; one level.</summary>
    SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain);

    /// <summary>Sum of a[i] * b[i], slot by slot, relinearized once; one level.</summary>
    SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b);

    /// <summary>Sum of (a[i] - b[i])^2, relinearized once; one level.</summary>
    SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b);

    /// <summary>out[o] = bias[o] + sum over i of weights[o, i] * inputs[i]; one level.</summary>
    SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias);

    /// <summary>
    /// function(argument) by its polynomial, for each argument; as many levels as that is deep. All slots lie in the polynomial's domain.
    /// </summary>
    /// <exception cref="InvalidOperationException">An argument has fewer levels.</exception>
    /// <exception cref="RangeViolationException">On clear slots: a value is outside the domain.</exception>
    SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, FittedFunction function);

    /// <summary>The same values at a lower level.</summary>
    SlotVector LowerTo(SlotVector a, int level);

    /// <summary>Left rotations of one vector: out[k][i] = a[(i + steps[k]) mod SlotCount].</summary>
    SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps);

    /// <summary>The same values at <paramref name="targetLevel"/>, however low the vectors stand.</summary>
    SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, int targetLevel);
}
