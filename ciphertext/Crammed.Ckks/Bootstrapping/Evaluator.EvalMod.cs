namespace Crammed.Ckks;

/// <summary>EvalMod, the homomorphic reduction modulo q_0.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>
    /// From slots x / <see cref="EvalModPlan.Bound"/>, x = I + m / ratio, at <see cref="EvalModPlan.InputLevel"/> and its canonical scale
    /// to slots m times the plan's factor at <see cref="EvalModPlan.OutputLevel"/> and its canonical scale. Slots are real.
    /// </summary>
    /// <exception cref="InvalidOperationException">the operand stands at another level or scale, is not relinearized, or there is no
    /// relinearization key for its level</exception>
    /// <exception cref="ArgumentException">the operand belongs to other parameters</exception>
    public Ciphertext EvalMod(Ciphertext ciphertext, EvalModPlan plan) => EvalModBatch([ciphertext], plan)[0];

    /// <summary>
    /// As <see cref="EvalMod"/>, for many ciphertexts: each thread takes its share of them, and reads the relinearization key once for all of
    /// its share.
    /// </summary>
    public Ciphertext[] EvalModBatch(IReadOnlyList<Ciphertext> ciphertexts, EvalModPlan plan)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var ciphertext in ciphertexts)
            CheckEvalMod(ciphertext, plan);
        var groups = Math.Min(ciphertexts.Count, _workers.Degree);
        var results = new Ciphertext[ciphertexts.Count];
        try
        {
            _workers.For(groups, group =>
            {
                int first = group * results.Length / groups, next = (group + 1) * results.Length / groups;
                EvalModTogether([.. ciphertexts.Skip(first).Take(next - first)], plan).CopyTo(results, first);
            });
            return results;
        }
        catch
        {
            DisposeAll(results);
            throw;
        }
    }

    private Ciphertext[] EvalModTogether(Ciphertext[] ciphertexts, EvalModPlan plan)
    {
        var scales = plan.DoubleAngleScales;
        var cosines = EvaluatePolynomialBatch(ciphertexts, plan.CosinePlan, scales[0]);
        for (var i = 1; i <= plan.DoubleAngles; i++)
        {
            using var halves = new CiphertextBatch(cosines);
            cosines = DoubleAngles(halves, scales[i]);
        }
        using var sines = new CiphertextBatch(cosines);
        return EvaluatePolynomialBatch(sines.Items, plan.CorrectionPlan);
    }

    private void CheckEvalMod(Ciphertext ciphertext, EvalModPlan plan)
    {
        const string operation = nameof(EvalMod);
        ArgumentNullException.ThrowIfNull(ciphertext);
        CheckPolynomials(operation, ciphertext, 2);
        CheckOwner(operation, plan.Parameters);
        var expected = Parameters.ScaleAt(plan.InputLevel);
        if (ciphertext.Level != plan.InputLevel || !ScalesAgree(expected, ciphertext.Scale))
        {
            throw new InvalidOperationException(
                $"{operation}: the operand stands at {Describe(ciphertext)}, it must stand at {Describe(plan.InputLevel, expected)}");
        }
    }

    /// <summary>cos 2θ = 2 cos^2 θ - 1, one level down.</summary>
    private Ciphertext[] DoubleAngles(CiphertextBatch cosines, double scale)
    {
        using var squares = CiphertextBatch.Of(cosines.Items.Length, i =>
        {
            var square = Square(cosines[i]);
            AddInPlace(square, square);
            AddGaussianInteger(square, GaussianInteger.Of(-1, square.Scale));
            return square;
        });
        return RelinearizeAndRescaleAll(nameof(EvalMod), squares.Items, scale);
    }
}
