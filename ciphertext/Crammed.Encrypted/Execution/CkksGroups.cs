using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Programs on CKKS ciphertexts. Every ciphertext stands at the canonical scale of its level, so that a product rescaled, public slots
/// encoded at that scale, and a lowered operand all meet exactly. One verb at a time; each uses all threads of the evaluator.
/// </summary>
public sealed partial class CkksGroups : IGroupBackend, IDisposable
{
    private readonly CkksLevels _levels;
    private readonly Evaluator _evaluator;
    private readonly Bootstrapper? _bootstrapper;
    private readonly IRefresher? _client;
    private readonly CkksEncoder _encoder;
    private readonly EncodedSlots _encodings;

    /// <param name="levels">levels of programs</param>
    /// <param name="evaluator">with the keys that <see cref="ProgramKeys"/> lists</param>
    /// <param name="bootstrapper">for <see cref="RefreshMethod.Bootstrap"/>, or null; its range is the largest of the program's</param>
    /// <param name="client">for <see cref="RefreshMethod.Client"/>, or null</param>
    /// <param name="encodingBytes">bytes of encoded public slots that are kept for their next use</param>
    /// <exception cref="ArgumentException">the evaluator belongs to other parameters</exception>
    public CkksGroups(
        CkksLevels levels, Evaluator evaluator, Bootstrapper? bootstrapper = null, IRefresher? client = null, long encodingBytes = 1L << 28)
    {
        if (!evaluator.Parameters.Identifier.SequenceEqual(levels.Parameters.Identifier))
        {
            throw new ArgumentException(
                $"the evaluator belongs to {evaluator.Parameters.Name}, the levels to {levels.Parameters.Name}", nameof(evaluator));
        }
        (_levels, _evaluator, _bootstrapper, _client) = (levels, evaluator, bootstrapper, client);
        _encoder = new CkksEncoder(levels.Parameters);
        _encodings = new EncodedSlots(levels.Parameters, _encoder, encodingBytes);
    }

    public int RefreshedLevel => _levels.RefreshedLevel;

    /// <summary>Takes over a ciphertext.</summary>
    /// <exception cref="ArgumentException">it is below the lowest level of a program, or not at its level's canonical scale</exception>
    public SlotVector Load(Ciphertext ciphertext)
    {
        var expected = _levels.Parameters.ScaleAt(ciphertext.Level);
        if (ciphertext.Level < _levels.Lowest || Math.Abs(ciphertext.Scale / expected - 1) > 1e-9)
        {
            throw new ArgumentException(
                $"{ciphertext}; a program's start at level {_levels.Lowest}, and the scale of this level is {expected:G17}");
        }
        return new CkksVector(ciphertext, _levels.OfProgram(ciphertext.Level));
    }

    /// <summary>The ciphertext of a vector; it stays the vector's.</summary>
    public static Ciphertext Read(SlotVector vector) => ((CkksVector)vector).Ciphertext;

    /// <summary>Frees the encodings.</summary>
    public void Dispose() => _encodings.Dispose();

    public SlotVector[] Sum(IReadOnlyList<IReadOnlyList<ScaledVector>> jobs, IReadOnlyList<IReadOnlyList<PublicSlots>> constants) =>
        ForEach(jobs.Count, i =>
        {
            var level = jobs[i].Min(term => term.Vector.Level);
            var sum = new RunningSum(_evaluator);
            foreach (var term in jobs[i])
            {
                using var operand = AtLevel(term.Vector, level);
                sum.Add(Read(operand), term.Factor);
            }
            return constants[i].Aggregate(sum.Take(), PlusPublic);
        });

    public SlotVector[] SumOfProducts(IReadOnlyList<IReadOnlyList<VectorProduct>> jobs) => Relinearized(
        jobs.Count,
        i => LevelRules.BelowCommon(nameof(SumOfProducts), jobs[i].SelectMany(term => new[] { term.Left, term.Right })),
        i =>
        {
            // Products of one factor are one sum of products, multiplied once.
            var sum = new RunningSum(_evaluator);
            foreach (var terms in jobs[i].GroupBy(term => term.Factor))
            {
                Ciphertext[] left = [.. terms.Select(term => Read(term.Left))], right = [.. terms.Select(term => Read(term.Right))];
                sum.TakeOver(_evaluator.SumOfProducts(left, right), terms.Key);
            }
            return sum.Take();
        });

    public SlotVector[] SumOfSquaredDifferences(IReadOnlyList<IReadOnlyList<(SlotVector Left, SlotVector Right)>> jobs) => Relinearized(
        jobs.Count,
        i => LevelRules.BelowCommon(nameof(SumOfSquaredDifferences), jobs[i].SelectMany(term => new[] { term.Left, term.Right })),
        i => _evaluator.SumOfSquaredDifferences(
            [.. jobs[i].Select(term => Read(term.Left))], [.. jobs[i].Select(term => Read(term.Right))]));

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, string function, ChebyshevPolynomial approximation)
    {
        foreach (var argument in arguments)
        {
            if (argument.Level < approximation.Depth)
                throw new InvalidOperationException($"{function} takes {approximation.Depth} levels, the argument has {argument.Level}");
        }
        var batches = Batches(Enumerable.Range(0, arguments.Count), i => arguments[i].Level, WorkingSets.PolynomialBatch).ToArray();
        var results = new SlotVector[arguments.Count];
        _evaluator.ParallelFor(batches.Length, b =>
        {
            var operands = batches[b].Select(i => PlanArgument(Read(arguments[i]), approximation)).ToArray();
            var values = _evaluator.EvaluatePolynomialBatch(operands, approximation.Plan);
            foreach (var operand in operands)
                operand.Dispose();
            for (var k = 0; k < values.Length; k++)
                results[batches[b][k]] = Vector(values[k]);
        });
        return results;
    }

    public SlotVector[] Lower(IReadOnlyList<SlotVector> vectors, int level)
    {
        foreach (var vector in vectors)
            LevelRules.CheckLower(vector, level);
        var results = new SlotVector[vectors.Count];
        _evaluator.ParallelFor(results.Length, i => results[i] = AtLevel(vectors[i], level));
        return results;
    }

    /// <summary>At a level, the vector itself if it is there.</summary>
    private SlotVector AtLevel(SlotVector vector, int level) =>
        vector.Level == level ? vector.Share() : Vector(_evaluator.LowerTo(Read(vector), _levels.OfCiphertext(level)));

    private CkksVector Vector(Ciphertext ciphertext) => new(ciphertext, _levels.OfProgram(ciphertext.Level));

    /// <summary>One ciphertext for each job, in parallel.</summary>
    private SlotVector[] ForEach(int count, Func<int, Ciphertext> make)
    {
        var results = new SlotVector[count];
        _evaluator.ParallelFor(count, i => results[i] = Vector(make(i)));
        return results;
    }

    /// <summary>Sums of products as three polynomials, brought back to two and rescaled in batches of one level.</summary>
    private SlotVector[] Relinearized(int count, Func<int, int> levelOf, Func<int, Ciphertext> products)
    {
        var results = new SlotVector[count];
        foreach (var batch in Batches(Enumerable.Range(0, count), levelOf))
        {
            var sums = new Ciphertext[batch.Length];
            _evaluator.ParallelFor(batch.Length, i => sums[i] = products(batch[i]));
            var rescaled = _evaluator.RelinearizeAndRescaleBatch(sums);
            for (var i = 0; i < batch.Length; i++)
            {
                sums[i].Dispose();
                results[batch[i]] = Vector(rescaled[i]);
            }
        }
        return results;
    }

    /// <summary>sum + public slots; the sum is used up.</summary>
    private Ciphertext PlusPublic(Ciphertext sum, PublicSlots slots)
    {
        using (sum)
        {
            if (slots.IsUniform)
                return _evaluator.AddConstant(sum, slots.Value);
            using var encoding = _encodings.Rent(slots, sum.Level);
            return _evaluator.AddPlain(sum, encoding.Plaintext);
        }
    }

    /// <summary>What the polynomial's plan takes: the domain mapped onto [-1, 1].</summary>
    private Ciphertext PlanArgument(Ciphertext x, ChebyshevPolynomial polynomial)
    {
        if (polynomial.AffineDepth == 0)
            return _evaluator.AddConstant(x, polynomial.ArgumentShift);
        using var product = _evaluator.MultiplyScalar(x, polynomial.ArgumentScale, _levels.Parameters.ScaleAt(x.Level));
        using var scaled = _evaluator.Rescale(product);
        return _evaluator.AddConstant(scaled, polynomial.ArgumentShift);
    }

    private sealed class CkksVector(Ciphertext ciphertext, int level) : SlotVector
    {
        public Ciphertext Ciphertext => ciphertext;

        public override int Level => level;

        protected override void Release() => ciphertext.Dispose();
    }
}
