using Crammed.Approximation;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>Factor times a vector.</summary>
public readonly record struct ScaledVector(SlotVector Vector, long Factor);

/// <summary>Factor times the product of two vectors.</summary>
public readonly record struct VectorProduct(SlotVector Left, SlotVector Right, long Factor);

/// <summary>A vector times public slots.</summary>
public readonly record struct MaskedVector(SlotVector Vector, PublicSlots Mask);

/// <summary>A vector and the steps that it is rotated by.</summary>
public readonly record struct Rotation(SlotVector Vector, int Steps);

/// <summary>
/// What a program may do with slot vectors, group by group: batches, threads, keys read once and other devices have room. Each verb makes one
/// new vector for each job, or item, in their order. Every vector at a level has that level's one scale, so scales never appear here.
/// Operands of a verb that takes a level stand at one level; others are lowered to the lowest of their job.
/// </summary>
public interface IGroupBackend
{
    /// <summary>Level of a refreshed vector.</summary>
    int RefreshedLevel { get; }

    /// <summary>Checks where slots lie, where they can be seen.</summary>
    /// <exception cref="RangeViolationException">on clear slots: a value is outside the domain</exception>
    void Check(IReadOnlyList<SlotVector> vectors, ValueDomain domain)
    {
    }

    /// <summary>Sums, each with public slots of its own added: constants[job] may be empty.</summary>
    SlotVector[] Sum(IReadOnlyList<IReadOnlyList<ScaledVector>> jobs, IReadOnlyList<IReadOnlyList<PublicSlots>> constants);

    /// <summary>Sums of products; one level.</summary>
    SlotVector[] SumOfProducts(IReadOnlyList<IReadOnlyList<VectorProduct>> jobs);

    /// <summary>Sums of squared differences; one level.</summary>
    SlotVector[] SumOfSquaredDifferences(IReadOnlyList<IReadOnlyList<(SlotVector Left, SlotVector Right)>> jobs);

    /// <summary>Sums of vectors times public slots; one level.</summary>
    SlotVector[] SumOfMasked(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs);

    /// <summary>Rotations; those of one vector share its decomposition.</summary>
    SlotVector[] Rotate(IReadOnlyList<Rotation> jobs);

    /// <summary>Sums of rotations.</summary>
    SlotVector[] SumOfRotations(IReadOnlyList<IReadOnlyList<Rotation>> jobs);

    /// <summary>Sums over i below count, a power of two, of the vector rotated by i stride.</summary>
    SlotVector[] Fold(IReadOnlyList<SlotVector> vectors, int stride, int count);

    /// <summary>A polynomial of each vector; as many levels as it is deep.</summary>
    /// <exception cref="RangeViolationException">on clear slots: a value is outside the domain</exception>
    SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, string function, ChebyshevPolynomial approximation);

    /// <summary>See <see cref="Programs.LinearMap"/>: all results, group by group. One level.</summary>
    /// <param name="inputs">vectors of all operands, group by group</param>
    /// <param name="map">the instruction</param>
    /// <param name="grid">the slots</param>
    /// <param name="matrices">its matrices in its order, transposed where it says so</param>
    SlotVector[] LinearMap(IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices);

    /// <summary>See <see cref="Programs.SpreadProducts"/>. One level.</summary>
    SlotVector[] SpreadProducts(IReadOnlyList<SlotVector> inputs, SpreadProducts map, SlotGrid grid, FrozenWeights matrix);

    /// <summary>The same values at a lower level.</summary>
    SlotVector[] Lower(IReadOnlyList<SlotVector> vectors, int level);

    /// <summary>The same values at <see cref="RefreshedLevel"/>.</summary>
    /// <param name="vectors">at the lowest level or above</param>
    /// <param name="ranges">for each vector a power of two that no slot passes in size</param>
    /// <param name="method">by whom</param>
    SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, RefreshMethod method);

    /// <summary>Writes vectors to a file, which only its owner may read and which appears whole or not at all.</summary>
    void Store(IReadOnlyList<SlotVector> vectors, string path);

    /// <summary>Reads so many vectors from a file that was stored.</summary>
    /// <exception cref="EndOfStreamException">the file has fewer</exception>
    SlotVector[] Load(string path, int count);
}
