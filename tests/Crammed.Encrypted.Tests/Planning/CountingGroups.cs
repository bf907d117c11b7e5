using System.Runtime.CompilerServices;
using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>
/// Counts what the jobs of a verb ask for, one by one, and makes vectors without slots. A polynomial is evaluated over an arithmetic that
/// counts its products.
/// </summary>
internal sealed class CountingGroups(int slotCount) : IGroupBackend
{
    /// <summary>Operations of the verb that ran last.</summary>
    public Dictionary<EngineOperation, long> Counts { get; } = [];

    /// <summary>Products of two vectors, by levels below the argument, of the polynomial that ran last.</summary>
    public Dictionary<int, long> PolynomialProducts { get; } = [];

    public int RefreshedLevel => 0;

    public void Store(IReadOnlyList<SlotVector> vectors, string path) => Count(EngineOperation.Store, vectors.Count);

    public SlotVector[] Load(string path, int count)
    {
        Count(EngineOperation.Load, count);
        return Load(count);
    }

    public static SlotVector[] Load(int count) => [.. Enumerable.Range(0, count).Select(_ => new EmptyVector())];

    public SlotVector[] Sum(IReadOnlyList<IReadOnlyList<ScaledVector>> jobs, IReadOnlyList<IReadOnlyList<PublicSlots>> constants)
    {
        for (var i = 0; i < jobs.Count; i++)
        {
            Count(EngineOperation.Addition, jobs[i].Count - 1 + constants[i].Count);
            Count(EngineOperation.IntegerProduct, jobs[i].Count(term => term.Factor is not 1 and not -1));
        }
        Count(EngineOperation.Encoding, Plaintexts(constants.SelectMany(list => list)));
        return Load(jobs.Count);
    }

    public SlotVector[] SumOfProducts(IReadOnlyList<IReadOnlyList<VectorProduct>> jobs)
    {
        foreach (var job in jobs)
        {
            foreach (var term in job)
            {
                Count(EngineOperation.TensorProduct, 1);
                Count(EngineOperation.IntegerProduct, term.Factor is 1 or -1 ? 0 : 1);
            }
            RelinearizeAndRescale();
        }
        return Load(jobs.Count);
    }

    public SlotVector[] SumOfSquaredDifferences(IReadOnlyList<IReadOnlyList<(SlotVector Left, SlotVector Right)>> jobs)
    {
        foreach (var job in jobs)
        {
            foreach (var _ in job)
            {
                Count(EngineOperation.Addition, 1);
                Count(EngineOperation.TensorProduct, 1);
            }
            RelinearizeAndRescale();
        }
        return Load(jobs.Count);
    }

    public SlotVector[] SumOfMasked(IReadOnlyList<IReadOnlyList<MaskedVector>> jobs)
    {
        Count(EngineOperation.Rescale, jobs.Count);
        var single = new List<IReadOnlyList<MaskedVector>>();
        foreach (var group in jobs.GroupBy(job => string.Join(' ', job.Select(term => RuntimeHelpers.GetHashCode(term.Vector)))))
        {
            // Four sums of the same vectors, four at least, under masks that repeat sixty-four times: a product with their matrix.
            var isMatrix = group.Count() >= 4 && group.First().Count >= 4 && group.SelectMany(job => job).All(
                term => term.Mask.Vector is null && term.Mask.Conditions.All(digit => 64 * digit.Stride * digit.Size <= slotCount));
            if (isMatrix)
                Count(EngineOperation.PeriodicProduct, group.Sum(job => job.Count));
            else
                single.AddRange(group);
        }
        foreach (var term in single.SelectMany(job => job))
            Count(term.Mask.IsUniform ? EngineOperation.ScalarProduct : EngineOperation.PlainProduct, 1);
        Count(EngineOperation.Encoding, Plaintexts(single.SelectMany(job => job.Select(term => term.Mask))));
        return Load(jobs.Count);
    }

    public SlotVector[] Rotate(IReadOnlyList<Rotation> jobs)
    {
        foreach (var rotations in jobs.Where(Moves).GroupBy(job => job.Vector).Select(group => group.Count()))
        {
            Count(EngineOperation.Rotation, rotations == 1 ? 1 : 0);
            Count(EngineOperation.Decomposition, rotations == 1 ? 0 : 1);
            Count(EngineOperation.HoistedRotation, rotations == 1 ? 0 : rotations);
        }
        return Load(jobs.Count);
    }

    public SlotVector[] SumOfRotations(IReadOnlyList<IReadOnlyList<Rotation>> jobs)
    {
        Count(EngineOperation.Decomposition, jobs.SelectMany(job => job).Where(Moves).DistinctBy(job => job.Vector).Count());
        foreach (var job in jobs)
        {
            Count(EngineOperation.SummedRotation, job.Count(Moves));
            Count(EngineOperation.Division, job.Any(Moves) ? 1 : 0);
            Count(EngineOperation.Addition, job.Count - 1);
        }
        return Load(jobs.Count);
    }

    public SlotVector[] Fold(IReadOnlyList<SlotVector> vectors, int stride, int count)
    {
        foreach (var vector in vectors)
        {
            for (var parts = count; parts > 1; parts /= 2)
            {
                Count(EngineOperation.Rotation, Moves(new Rotation(vector, stride * (count / parts))) ? 1 : 0);
                Count(EngineOperation.Addition, 1);
            }
        }
        return Load(vectors.Count);
    }

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, string function, ChebyshevPolynomial approximation)
    {
        PolynomialProducts.Clear();
        foreach (var _ in arguments)
            approximation.Evaluate(approximation.Depth, new CountingArithmetic(this, approximation.Depth));
        return Load(arguments.Count);
    }

    public SlotVector[] LinearMap(IReadOnlyList<SlotVector> inputs, LinearMap map, SlotGrid grid, IReadOnlyList<FrozenWeights> matrices)
    {
        var outputs = map.OutputBlocks.Sum(blocks => blocks.Columns);
        for (var shift = 0; shift < grid.Blocks; shift++)
        {
            for (var pair = 0; pair < inputs.Count * outputs; pair++)
                Count(EngineOperation.PeriodicProduct, 1);
            for (var vector = 0; shift > 0 && vector < Math.Min(inputs.Count, outputs); vector++)
            {
                // Forth by the shift, back by what is left to all blocks; each under its mask.
                var shiftsInputs = inputs.Count <= outputs;
                Count(EngineOperation.PlainProduct, 2);
                Count(EngineOperation.SummedRotation, 2);
                Count(EngineOperation.Decomposition, !shiftsInputs || shift == 1 ? 1 : 0);
                Count(EngineOperation.Division, shiftsInputs || shift == 1 ? 1 : 0);
            }
        }
        Count(EngineOperation.Rescale, outputs);
        return Load(outputs);
    }

    public SlotVector[] SpreadProducts(IReadOnlyList<SlotVector> inputs, SpreadProducts map, SlotGrid grid, FrozenWeights matrix)
    {
        for (var shift = 0; shift < grid.Blocks; shift++)
        {
            foreach (var _ in inputs)
            {
                Count(EngineOperation.Encoding, 1);
                Count(EngineOperation.PlainProduct, 1);
            }
            Count(EngineOperation.Rescale, 1);
        }
        return Load(grid.Blocks);
    }

    public SlotVector[] Lower(IReadOnlyList<SlotVector> vectors, int level) => Load(vectors.Count);

    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, IReadOnlyList<double> ranges, RefreshMethod method)
    {
        for (var i = 0; i < vectors.Count; i++)
        {
            if (method == RefreshMethod.Client)
                Count(EngineOperation.ClientRefresh, 1);
            else
                Count(EngineOperation.Bootstrap, i % 2 == 0 ? 1 : 0);
        }
        return Load(vectors.Count);
    }

    private static int Plaintexts(IEnumerable<PublicSlots> masks) => masks.Where(mask => !mask.IsUniform).Distinct().Count();

    private bool Moves(Rotation rotation) => (rotation.Steps & (slotCount - 1)) != 0;

    private void Count(EngineOperation operation, int count)
    {
        if (count > 0)
            Counts[operation] = Counts.GetValueOrDefault(operation) + count;
    }

    private void RelinearizeAndRescale()
    {
        Count(EngineOperation.Relinearization, 1);
        Count(EngineOperation.Rescale, 1);
    }

    private sealed class EmptyVector : SlotVector
    {
        public override int Level => 0;

        protected override void Release()
        {
        }
    }

    /// <summary>Values are their levels.</summary>
    private sealed class CountingArithmetic(CountingGroups counts, int top) : IPolynomialArithmetic<int>
    {
        public int LevelOf(int value) => value;

        public int Add(int left, int right) => Math.Min(left, right);

        public int Subtract(int left, int right) => Math.Min(left, right);

        public int AddConstant(int value, double constant) => value;

        public int Multiply(int left, int right) => SumOfProducts([left], [right]);

        public int MultiplyScalar(int value, double scalar) => value - 1;

        public int LinearCombination(IReadOnlyList<int> values, IReadOnlyList<double> coefficients, double constant)
        {
            counts.Count(EngineOperation.ScalarProduct, values.Count);
            return values.Min() - 1;
        }

        public int SumOfProducts(IReadOnlyList<int> left, IReadOnlyList<int> right)
        {
            var level = left.Concat(right).Min();
            counts.Count(EngineOperation.TensorProduct, left.Count);
            counts.Count(EngineOperation.Relinearization, 1);
            counts.PolynomialProducts[top - level] = counts.PolynomialProducts.GetValueOrDefault(top - level) + left.Count;
            return level - 1;
        }
    }
}
