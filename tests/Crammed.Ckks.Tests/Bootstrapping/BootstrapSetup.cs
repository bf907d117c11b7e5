using System.Numerics;
using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Bootstrapping;

/// <summary>Keys and tools for the bootstraps of one plan, with no keys but those that the plan asks for.</summary>
internal sealed class BootstrapSetup : IDisposable
{
    private readonly SecretKey _secret;
    private readonly EvaluationKeys _keys;
    private readonly CkksEncoder _encoder;

    public BootstrapSetup(BootstrappingPlan plan, DiagonalStorage storage = DiagonalStorage.Transformed, bool isChecked = false)
    {
        Plan = plan;
        _secret = SecretKey.Generate(plan.Parameters);
        _keys = new KeyGenerator(_secret).CreateEvaluationKeys(EvaluationKeyRequest.ForBootstrapping(plan.Parameters, plan.Rotations));
        _encoder = new CkksEncoder(plan.Parameters);
        Evaluator = new Evaluator(plan.Parameters, _keys);
        Bootstrapper = new Bootstrapper(plan, Evaluator, _encoder, storage, isChecked ? new DecryptingRangeProbe(_secret) : null);
    }

    public BootstrappingPlan Plan { get; }

    public Evaluator Evaluator { get; }

    public Bootstrapper Bootstrapper { get; }

    public Ciphertext Encrypt(Complex[] slots, int level)
    {
        using Plaintext plaintext = _encoder.Encode(slots, level, Plan.Parameters.ScaleAt(level));
        return new Encryptor(_secret).Encrypt(plaintext);
    }

    /// <summary>The slots of a ciphertext.</summary>
    public Complex[] Decrypt(Ciphertext ciphertext) => new Decryptor(_secret).DecryptToComplexSlots(ciphertext);

    /// <summary>-log2 of the root mean square and of the largest error, over real and imaginary parts.</summary>
    public (double Rms, double Worst) ErrorBits(Ciphertext ciphertext, Complex[] expected)
    {
        Complex[] slots = Decrypt(ciphertext);
        double[] errors = [.. slots.Zip(expected, (x, y) => x - y).SelectMany(error => new[] { Math.Abs(error.Real), Math.Abs(error.Imaginary) })];
        return (-Math.Log2(Math.Sqrt(errors.Average(error => error * error))), -Math.Log2(errors.Max()));
    }

    public void Dispose()
    {
        Bootstrapper.Dispose();
        _keys.Dispose();
        _secret.Dispose();
    }
}
