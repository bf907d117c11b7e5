using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Identity;

/// <summary>Two key holders of one parameter set, and the evaluation keys of the first.</summary>
internal sealed class IdentitySetup : IDisposable
{
    public IdentitySetup()
    {
        Parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);
        Own = SecretKey.Generate(Parameters);
        Foreign = SecretKey.Generate(Parameters);
        Plan = new BootstrappingPlan(Parameters);
        Keys = new KeyGenerator(Own).CreateEvaluationKeys(
            EvaluationKeyRequest.ForBootstrapping(Parameters, [.. Plan.Rotations, (1, 4)]));
        Evaluator = new Evaluator(Parameters, Keys);
        var encoder = new CkksEncoder(Parameters);
        SlotsToCoeffs = new EmbeddingTransform(encoder, Plan.SlotsToCoeffs);
        CoeffsToSlots = new EmbeddingTransform(encoder, Plan.CoeffsToSlots);
        Plaintext = encoder.Encode([0.5], 4);
        Periodic = encoder.EncodePeriodicMatrix(2, 2, 2, (output, input) => (output, input) is (1, 0) ? null : [1, 2], 4, 1 << 20);
    }

    public CkksParameters Parameters { get; }

    public SecretKey Own { get; }

    public SecretKey Foreign { get; }

    public BootstrappingPlan Plan { get; }

    public EvaluationKeys Keys { get; }

    public Evaluator Evaluator { get; }

    public EmbeddingTransform SlotsToCoeffs { get; }

    public EmbeddingTransform CoeffsToSlots { get; }

    public Plaintext Plaintext { get; }

    public PeriodicMatrix Periodic { get; }

    /// <summary>Fresh ciphertexts; three polynomials are a square's.</summary>
    public static Ciphertext[] Encrypt((int Level, int Polynomials)[] operands, Func<int, SecretKey> secretOf) =>
        [.. operands.Select((operand, i) => Encrypt(secretOf(i), operand.Level, operand.Polynomials))];

    public static Ciphertext Encrypt(SecretKey secret, int level, int polynomials = 2)
    {
        var ciphertext = new Encryptor(secret).Encrypt([0.25], level);
        if (polynomials == 2)
            return ciphertext;
        using (ciphertext)
        using (var none = EvaluationKeys.Empty(secret.Parameters))
            return new Evaluator(secret.Parameters, none).Square(ciphertext);
    }

    public void Dispose()
    {
        Periodic.Dispose();
        Plaintext.Dispose();
        SlotsToCoeffs.Dispose();
        CoeffsToSlots.Dispose();
        Keys.Dispose();
        Own.Dispose();
        Foreign.Dispose();
    }
}
