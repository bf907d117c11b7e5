namespace Crammed.Ckks;

/// <summary>EvalMod, the homomorphic reduction modulo q_0.</summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>As <see cref="EvalMod"/>, for many ciphertexts, as many at once as there are threads.</summary>
    public Ciphertext[] EvalModBatch(IReadOnlyList<Ciphertext> ciphertexts, EvalModPlan plan)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        var results = new Ciphertext[ciphertexts.Count];
        try
        {
            _workers.For(results.Length, i => results[i] = EvalMod(ciphertexts[i], plan));
            return results;
        }
        catch
        {
            DisposeAll(results);
            throw;
        }
    }

    /// <summary>
    /// From slots x / <see cref="EvalModPlan.Bound"/>, x = I + m / ratio, at <see cref="EvalModPlan.InputLevel"/> and its canonical scale
    /// to slots m times the plan's factor at <see cref="EvalModPlan.OutputLevel"/> and its canonical scale. Slots are real.
    /// </summary>
    /// <exception cref="InvalidOperationException">the operand stands at another level or scale, is not relinearized, or there is no
    /// relinearization key for its level</exception>
    /// <exception cref="ArgumentException">the operand belongs to other parameters</exception>
    public Ciphertext EvalMod(Ciphertext ciphertext, EvalModPlan plan)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        ArgumentNullException.ThrowIfNull(plan);
        const string operation = nameof(EvalMod);
        CheckPolynomials(operation, ciphertext, 2);
        CheckOwner(operation, plan.Parameters);
        double expected = Parameters.ScaleAt(plan.InputLevel);
        if (ciphertext.Level != plan.InputLevel || !ScalesAgree(expected, ciphertext.Scale))
        {
            throw new InvalidOperationException(
                $"{operation}: the operand stands at {Describe(ciphertext)}, it must stand at {Describe(plan.InputLevel, expected)}");
        }
        IReadOnlyList<double> scales = plan.DoubleAngleScales;
        Ciphertext cosine = EvaluatePolynomial(ciphertext, plan.CosinePlan, scales[0]);
        for (int i = 1; i <= plan.DoubleAngles; i++)
        {
            Ciphertext doubled = DoubleAngle(cosine, scales[i]);
            cosine.Dispose();
            cosine = doubled;
        }
        using (cosine)
            return EvaluatePolynomial(cosine, plan.CorrectionPlan);
    }

    /// <summary>cos 2θ = 2 cos^2 θ - 1, one level down.</summary>
    private Ciphertext DoubleAngle(Ciphertext cosine, double scale)
    {
        using Ciphertext square = Square(cosine);
        AddInPlace(square, square);
        AddGaussianInteger(square, -Math.Round(square.Scale));
        return RelinearizeAndRescale(square, scale);
    }
}
