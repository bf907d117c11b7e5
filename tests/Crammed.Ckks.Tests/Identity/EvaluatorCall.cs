using System.Numerics;
using Crammed.Approximation;

namespace Crammed.Ckks.Tests.Identity;

/// <summary>One public operation of the evaluator on ciphertexts of the levels and numbers of polynomials that it takes.</summary>
/// <param name="Name">the method's</param>
/// <param name="Operands">level and number of polynomials of each</param>
/// <param name="Run">calls it; gives all ciphertexts that it made or changed</param>
/// <param name="NeedsKeys">whether it is refused without evaluation keys</param>
internal sealed record EvaluatorCall(
    string Name, (int Level, int Polynomials)[] Operands, Func<Evaluator, Ciphertext[], Ciphertext?[]> Run, bool NeedsKeys = false)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Every operation once, and batches with two operands.</summary>
    public static IReadOnlyList<EvaluatorCall> All(IdentitySetup setup)
    {
        (int, int)[] one = [(4, 2)], two = [(4, 2), (4, 2)], product = [(4, 3)], products = [(4, 3), (4, 3)];
        var (plan, toCoeffs, toSlots) = (setup.Plan, setup.SlotsToCoeffs, setup.CoeffsToSlots);
        (int, int)[] low = [(plan.InputLevel, 2)], top = [(setup.Parameters.MaxLevel, 2)], raised = [(plan.EvalMod.InputLevel, 2)];
        var cubic = PolynomialPlan.Create([0.1, 0.2, 0.3, 0.4]);
        return
        [
            new("Add", two, (evaluator, x) => [evaluator.Add(x[0], x[1])]),
            new("Subtract", two, (evaluator, x) => [evaluator.Subtract(x[0], x[1])]),
            new("AddInPlace", two, (evaluator, x) => AddInPlace(evaluator, x)),
            new("Negate", one, (evaluator, x) => [evaluator.Negate(x[0])]),
            new("AddPlain", one, (evaluator, x) => [evaluator.AddPlain(x[0], setup.Plaintext)]),
            new("AddConstant", one, (evaluator, x) => [evaluator.AddConstant(x[0], Complex.One)]),
            new("MultiplyInteger", one, (evaluator, x) => [evaluator.MultiplyInteger(x[0], 3)]),
            new("MultiplyByImaginaryUnit", one, (evaluator, x) => [evaluator.MultiplyByImaginaryUnit(x[0])]),
            new("MultiplyScalar", one, (evaluator, x) => [evaluator.MultiplyScalar(x[0], 0.5, 1024)]),
            new("MultiplyPlain", one, (evaluator, x) => [evaluator.MultiplyPlain(x[0], setup.Plaintext)]),
            new("Multiply", two, (evaluator, x) => [evaluator.Multiply(x[0], x[1])]),
            new("Square", one, (evaluator, x) => [evaluator.Square(x[0])]),
            new("SumOfProducts", [.. two, .. two], (evaluator, x) => [evaluator.SumOfProducts(x[..2], x[2..])]),
            new("SumOfSquaredDifferences", [.. two, .. two], (evaluator, x) => [evaluator.SumOfSquaredDifferences(x[..2], x[2..])]),
            new("Relinearize", product, (evaluator, x) => [evaluator.Relinearize(x[0])], NeedsKeys: true),
            new("RelinearizeBatch", products, (evaluator, x) => evaluator.RelinearizeBatch(x), NeedsKeys: true),
            new("RelinearizeAndRescale", product, (evaluator, x) => [evaluator.RelinearizeAndRescale(x[0])], NeedsKeys: true),
            new("RelinearizeAndRescaleBatch", products, (evaluator, x) => evaluator.RelinearizeAndRescaleBatch(x), NeedsKeys: true),
            new("Rescale", one, (evaluator, x) => [evaluator.Rescale(x[0])]),
            new("DropLevels", one, (evaluator, x) => [evaluator.DropLevels(x[0], 2)]),
            new("LowerTo", one, (evaluator, x) => [evaluator.LowerTo(x[0], 2)]),
            new("LinearCombinations", two, (evaluator, x) => evaluator.LinearCombinations(x, new[,] { { 1.0, 2 }, { 3, 4 } }, 256)),
            new("SumOfPlainProducts", two, (evaluator, x) => [evaluator.SumOfPlainProducts(x, [setup.Plaintext, setup.Plaintext])]),
            new("SumsOfPeriodicProducts", two, (evaluator, x) => evaluator.SumsOfPeriodicProducts(x, setup.Periodic)),
            new("AddPeriodicProducts", two, (evaluator, x) => AddPeriodicProducts(evaluator, x, setup.Periodic)),
            new("SumsOfRotations", [.. two, .. two], (evaluator, x) =>
                evaluator.SumsOfRotations([[new(x[0], 1), new(x[1], 0)], [new(x[2], 1), new(x[3], 1)]]), NeedsKeys: true),
            new("Rotate", one, (evaluator, x) => [evaluator.Rotate(x[0], 1)], NeedsKeys: true),
            new("RotateMany", one, (evaluator, x) => evaluator.RotateMany(x[0], [0, 1]), NeedsKeys: true),
            new("RotateBatch", two, (evaluator, x) => evaluator.RotateBatch(x, 1), NeedsKeys: true),
            new("Conjugate", one, (evaluator, x) => [evaluator.Conjugate(x[0])], NeedsKeys: true),
            new("InnerSum", one, (evaluator, x) => [evaluator.InnerSum(x[0], 2, 1)], NeedsKeys: true),
            new("Transform", low, (evaluator, x) => [evaluator.Transform(x[0], toCoeffs.Factors[0])], NeedsKeys: true),
            new("TransformBatch", [.. low, .. low], (evaluator, x) => evaluator.TransformBatch(x, toCoeffs.Factors[0]), NeedsKeys: true),
            new("SlotsToCoeffs", low, (evaluator, x) => [evaluator.SlotsToCoeffs(x[0], toCoeffs)], NeedsKeys: true),
            new("SlotsToCoeffsBatch", [.. low, .. low], (evaluator, x) => evaluator.SlotsToCoeffsBatch(x, toCoeffs), NeedsKeys: true),
            new("CoeffsToSlots", top, (evaluator, x) => [evaluator.CoeffsToSlots(x[0], toSlots)], NeedsKeys: true),
            new("CoeffsToSlotsBatch", [.. top, .. top], (evaluator, x) => evaluator.CoeffsToSlotsBatch(x, toSlots), NeedsKeys: true),
            new("EvalMod", raised, (evaluator, x) => [evaluator.EvalMod(x[0], plan.EvalMod)], NeedsKeys: true),
            new("EvalModBatch", [.. raised, .. raised], (evaluator, x) => evaluator.EvalModBatch(x, plan.EvalMod), NeedsKeys: true),
            new("EvaluatePolynomial", one, (evaluator, x) => [evaluator.EvaluatePolynomial(x[0], cubic)], NeedsKeys: true),
            new("EvaluatePolynomialBatch", two, (evaluator, x) => evaluator.EvaluatePolynomialBatch(x, cubic), NeedsKeys: true),
            new("ModRaise", [(0, 2)], (evaluator, x) => [evaluator.ModRaise(x[0])], NeedsKeys: true),
            new("ModRaiseBatch", [(0, 2), (0, 2)], (evaluator, x) => evaluator.ModRaiseBatch(x), NeedsKeys: true),
        ];
    }

    /// <summary>The second operand twice: once to sums that begin, once to those.</summary>
    private static Ciphertext?[] AddPeriodicProducts(Evaluator evaluator, Ciphertext[] operands, PeriodicMatrix matrix)
    {
        var sums = evaluator.SumsOfPeriodicProducts([operands[0], operands[0]], matrix);
        try
        {
            evaluator.AddPeriodicProducts(sums, [operands[1], operands[1]], matrix);
            return sums;
        }
        catch
        {
            foreach (var sum in sums)
                sum?.Dispose();
            throw;
        }
    }

    private static Ciphertext[] AddInPlace(Evaluator evaluator, Ciphertext[] operands)
    {
        evaluator.AddInPlace(operands[0], operands[1]);
        return [operands[0]];
    }
}
