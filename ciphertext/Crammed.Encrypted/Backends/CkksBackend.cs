using Crammed.Approximation;
using Crammed.Ckks;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// The circuit on CKKS ciphertexts. Every ciphertext at level l stands at the parameters' canonical scale of that level, so that a
/// product rescaled, a plaintext encoded at that scale, and a lowered operand all meet exactly.
/// </summary>
/// <param name="parameters">The ring.</param>
/// <param name="evaluator">With relinearization and Galois keys.</param>
/// <param name="refresher">Who brings ciphertexts back to a high level.</param>
public sealed class CkksBackend(CkksParameters parameters, Evaluator evaluator, IRefresher refresher) : ISlotBackend
{
    private readonly CkksEncoder _encoder = new(parameters);

    public int SlotCount => parameters.SlotCount;

    public int MaxLevel => parameters.WorkingLevel;

    public void ParallelFor(int count, Action<int> work) => evaluator.ParallelFor(count, work);

    /// <summary>Takes over a ciphertext.</summary>
    /// <exception cref="ArgumentException">It does not stand at its level's canonical scale.</exception>
    public SlotVector Load(Ciphertext ciphertext)
    {
        var expected = parameters.ScaleAt(ciphertext.Level);
        if (Math.Abs(ciphertext.Scale / expected - 1) > 1e-9)
            throw new ArgumentException($"Ciphertext at level {ciphertext.Level} has scale {ciphertext.Scale:G17}, expected {expected:G17}.");
        return new CkksVector(ciphertext);
    }

    /// <summary>The ciphertext of a vector; it stays the vector's.</summary>
    public static Ciphertext Read(SlotVector vector) => ((CkksVector)vector).Ciphertext;

    public SlotVector Add(SlotVector a, SlotVector b) => Aligned(a, b, evaluator.Add);

    public SlotVector Subtract(SlotVector a, SlotVector b) => Aligned(a, b, evaluator.Subtract);

    public SlotVector Negate(SlotVector a) => new CkksVector(evaluator.Negate(Read(a)));

    public SlotVector AddConstant(SlotVector a, double constant) => new CkksVector(evaluator.AddConstant(Read(a), constant));

    public SlotVector MultiplyInteger(SlotVector a, long factor) => new CkksVector(evaluator.MultiplyInteger(Read(a), factor));

    public SlotVector MultiplyScalar(SlotVector a, double factor)
    {
        LevelRules.Below(nameof(MultiplyScalar), a.Level);
        using var product = evaluator.MultiplyScalar(Read(a), factor, parameters.ScaleAt(a.Level));
        return new CkksVector(evaluator.Rescale(product));
    }

    public SlotVector SumOfPlainProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<PlainSlots> plain)
    {
        var level = LevelRules.BelowCommon(nameof(SumOfPlainProducts), a) + 1;
        using var sum = evaluator.MultiplyPlain(Read(a[0]), Encoded(plain[0], level));
        for (var i = 1; i < a.Count; i++)
        {
            using var product = evaluator.MultiplyPlain(Read(a[i]), Encoded(plain[i], level));
            evaluator.AddInPlace(sum, product);
        }
        return new CkksVector(evaluator.Rescale(sum));
    }

    public SlotVector SumOfProducts(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        LevelRules.BelowCommon(nameof(SumOfProducts), a.Concat(b));
        using var sum = evaluator.SumOfProducts(Ciphertexts(a), Ciphertexts(b));
        return new CkksVector(evaluator.RelinearizeAndRescale(sum));
    }

    public SlotVector SumOfSquaredDifferences(IReadOnlyList<SlotVector> a, IReadOnlyList<SlotVector> b)
    {
        LevelRules.BelowCommon(nameof(SumOfSquaredDifferences), a.Concat(b));
        using var sum = evaluator.SumOfSquaredDifferences(Ciphertexts(a), Ciphertexts(b));
        return new CkksVector(evaluator.RelinearizeAndRescale(sum));
    }

    public SlotVector[] LinearCombinations(IReadOnlyList<SlotVector> inputs, double[,] weights, double[]? bias)
    {
        var level = LevelRules.BelowCommon(nameof(LinearCombinations), inputs) + 1;
        var products = evaluator.LinearCombinations(Ciphertexts(inputs), weights, parameters.ScaleAt(level));
        var results = new SlotVector[products.Length];
        ParallelFor(products.Length, output =>
        {
            using var product = products[output];
            if (bias is null || bias[output] == 0)
            {
                results[output] = new CkksVector(evaluator.Rescale(product));
                return;
            }
            using var rescaled = evaluator.Rescale(product);
            results[output] = new CkksVector(evaluator.AddConstant(rescaled, bias[output]));
        });
        return results;
    }

    public SlotVector[] Evaluate(IReadOnlyList<SlotVector> arguments, FittedFunction function)
    {
        var results = new SlotVector[arguments.Count];
        ParallelFor(results.Length, i =>
        {
            LevelRules.AfterFunction(arguments[i], function);
            using var argument = PlanArgument(Read(arguments[i]), function.Approximation);
            results[i] = new CkksVector(evaluator.EvaluatePolynomial(argument, function.Approximation.Plan));
        });
        return results;
    }

    public SlotVector LowerTo(SlotVector a, int level) =>
        level == a.Level ? a.Share() : new CkksVector(evaluator.LowerTo(Read(a), level));

    public SlotVector[] Rotate(SlotVector a, IReadOnlyList<int> steps) =>
        [.. evaluator.RotateMany(Read(a), steps).Select(rotated => new CkksVector(rotated))];

    /// <summary>Only the lowest limb travels: a refresh reads the message from there, at whatever scale it stands.</summary>
    public SlotVector[] Refresh(IReadOnlyList<SlotVector> vectors, int targetLevel)
    {
        var dropped = vectors.Select(vector => evaluator.DropLevels(Read(vector), 0)).ToArray();
        try
        {
            return [.. refresher.Refresh(dropped, targetLevel).Select(Load)];
        }
        finally
        {
            foreach (var ciphertext in dropped)
                ciphertext.Dispose();
        }
    }

    /// <summary>What the polynomial's plan takes: the domain mapped onto [-1, 1].</summary>
    private Ciphertext PlanArgument(Ciphertext x, ChebyshevPolynomial polynomial)
    {
        if (polynomial.AffineDepth == 0)
            return evaluator.AddConstant(x, polynomial.ArgumentShift);
        using var product = evaluator.MultiplyScalar(x, polynomial.ArgumentScale, parameters.ScaleAt(x.Level));
        using var scaled = evaluator.Rescale(product);
        return evaluator.AddConstant(scaled, polynomial.ArgumentShift);
    }

    private CkksVector Aligned(SlotVector a, SlotVector b, Func<Ciphertext, Ciphertext, Ciphertext> operation)
    {
        var level = Math.Min(a.Level, b.Level);
        using var left = LowerTo(a, level);
        using var right = LowerTo(b, level);
        return new CkksVector(operation(Read(left), Read(right)));
    }

    private Plaintext Encoded(PlainSlots plain, int level) =>
        plain.EncodingFor(this, level, () => _encoder.Encode(plain.Values, level, parameters.ScaleAt(level)));

    private static Ciphertext[] Ciphertexts(IReadOnlyList<SlotVector> vectors)
    {
        var ciphertexts = new Ciphertext[vectors.Count];
        for (var i = 0; i < ciphertexts.Length; i++)
            ciphertexts[i] = Read(vectors[i]);
        return ciphertexts;
    }

    private sealed class CkksVector(Ciphertext ciphertext) : SlotVector
    {
        public Ciphertext Ciphertext { get; } = ciphertext;

        public override int Level => Ciphertext.Level;

        protected override void Release() => Ciphertext.Dispose();
    }
}
