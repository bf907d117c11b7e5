using Crammed.Ckks.Arithmetic;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Computes on ciphertexts with the help of evaluation keys; it has no way to decrypt. Thread-safe. Every method returns a new
/// ciphertext that the caller disposes and leaves its inputs as they are, except those whose name ends in InPlace.
/// </summary>
/// <remarks>
/// Two scales count as equal if they differ by at most 2^-30 of themselves. Operations run in parallel over limbs up to the given degree,
/// which concurrent calls share; results do not depend on it. Methods throw <see cref="InvalidOperationException"/> if levels, scales or keys do not
/// fit, naming the operation with its levels and scales, and <see cref="ArgumentException"/> for other wrong arguments: among them every
/// constant, factor, weight or plaintext whose integers pass half the modulus of the level, where they would come back as other ones, and as
/// <see cref="KeyMismatchException"/> operands of different secret keys, or of another one than the evaluation keys'. Results belong to the
/// key of their operands.
/// </remarks>
public sealed unsafe partial class Evaluator
{
    /// <summary>Coefficients per parallel work item of a long sum.</summary>
    private const int ParallelChunk = 4096;

    /// <summary>Residues of one polynomial from which on an element-wise operation is worth several threads.</summary>
    private const int ParallelThreshold = 1 << 18;

    private const double ScaleTolerance = 1.0 / (1 << 30);

    private readonly KeySwitcher _switcher;
    private readonly WorkerShare _workers;

    /// <param name="parameters">the parameter set of every operand</param>
    /// <param name="keys">keys for relinearization and rotation; the caller keeps them alive and disposes them</param>
    /// <param name="maxDegreeOfParallelism">threads that one call may use; 0 means one per processor</param>
    public Evaluator(CkksParameters parameters, EvaluationKeys keys, int maxDegreeOfParallelism = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        if (!keys.Parameters.Matches(parameters))
            throw new ArgumentException($"the keys belong to {keys.Parameters.Name}, not to {parameters.Name}", nameof(keys));
        Parameters = parameters;
        Keys = keys;
        _workers = new WorkerShare(maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism);
        _switcher = new KeySwitcher(parameters, _workers);
    }

    public CkksParameters Parameters { get; }

    public EvaluationKeys Keys { get; }

    private RingContext Ring => Parameters.Ring;

    /// <summary>
    /// Runs body(0) ... body(count - 1), independent of each other, on the evaluator's threads. Operations called inside find these threads
    /// taken and run on their caller's: the outer loop is the better one to share out. The first exception comes out as it was thrown.
    /// </summary>
    public void ParallelFor(int count, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _workers.For(count, body);
    }

    private VectorKernels Kernels => Ring.Kernels;

    /// <summary>Runs over limbs in parallel where there is enough to do that handing work out pays.</summary>
    private void ForEachLimb(int level, Action<int> body)
    {
        if ((long)(level + 1) * Ring.N >= ParallelThreshold)
        {
            _workers.For(level + 1, body);
            return;
        }
        for (var limb = 0; limb <= level; limb++)
            body(limb);
    }

    private void CheckOwner(string operation, CkksParameters owner)
    {
        if (!owner.Matches(Parameters))
            throw new ArgumentException($"{operation}: an operand belongs to {owner.Name}, the evaluator to {Parameters.Name}");
    }

    /// <summary>Of the evaluator's parameters, and of its keys' owner where it has keys.</summary>
    private void CheckOwner(string operation, Ciphertext ciphertext)
    {
        CheckOwner(operation, ciphertext.Parameters);
        if (Keys.KeyId is { } keyId && keyId != ciphertext.KeyId)
            throw new KeyMismatchException(operation, "the ciphertext", ciphertext.KeyId, "the evaluation keys", keyId);
    }

    /// <summary>Operands that meet are of one key, also where the evaluator has no keys.</summary>
    private static void CheckKeys(string operation, Ciphertext first, Ciphertext other) =>
        KeyMismatchException.ThrowIfDifferent(operation, "one operand", first.KeyId, "another", other.KeyId);

    private static void CheckKeys(string operation, IReadOnlyList<Ciphertext> operands, Ciphertext first)
    {
        foreach (var operand in operands)
            CheckKeys(operation, first, operand);
    }

    private void CheckPolynomials(string operation, Ciphertext ciphertext, int polynomials)
    {
        CheckOwner(operation, ciphertext);
        if (ciphertext.PolynomialCount != polynomials)
        {
            throw new InvalidOperationException(
                $"{operation}: the operand has {ciphertext.PolynomialCount} polynomials instead of {polynomials} "
                + $"({Describe(ciphertext)}); " + (polynomials == 2 ? "relinearize it first" : "it is relinearized already"));
        }
    }

    private static void CheckScales(string operation, int level1, double scale1, int level2, double scale2)
    {
        if (!ScalesAgree(scale1, scale2))
        {
            throw new InvalidOperationException(
                $"{operation}: the scales differ, {Describe(level1, scale1)} and {Describe(level2, scale2)}; lower one to the other's "
                + "level or rescale");
        }
    }

    private static bool ScalesAgree(double left, double right) => Math.Abs(left - right) <= ScaleTolerance * left;

    private void CheckPlaintextLevel(string operation, Ciphertext ciphertext, Plaintext plaintext)
    {
        if (plaintext.Level < ciphertext.Level)
        {
            throw new InvalidOperationException(
                $"{operation}: the plaintext is below the ciphertext, {Describe(plaintext.Level, plaintext.Scale)} against "
                + $"{Describe(ciphertext)}; encode it at level {ciphertext.Level}");
        }
        Parameters.CheckCoefficient(operation, plaintext.Largest, ciphertext.Level, plaintext.Scale);
    }

    private static string Describe(Ciphertext ciphertext) => Describe(ciphertext.Level, ciphertext.Scale);

    private static string Describe(int level, double scale) => $"level {level} with scale 2^{Math.Log2(scale):F6}";
}
