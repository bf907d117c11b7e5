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

    public NoiseEstimator Noise => new(Plan.Parameters);

    public Evaluator Evaluator { get; }

    public Bootstrapper Bootstrapper { get; }

    public Ciphertext Encrypt(Complex[] slots, int level)
    {
        using var plaintext = _encoder.Encode(slots, level, Plan.Parameters.ScaleAt(level));
        return new Encryptor(_secret).Encrypt(plaintext);
    }

    /// <summary>The slots of a ciphertext.</summary>
    public Complex[] Decrypt(Ciphertext ciphertext) => new Decryptor(_secret).DecryptToComplexSlots(ciphertext);

    /// <summary>The errors of all real parts, and then of all imaginary parts.</summary>
    public double[] Errors(Ciphertext ciphertext, Complex[] expected)
    {
        Complex[] errors = [.. Decrypt(ciphertext).Zip(expected, (x, y) => x - y)];
        return [.. errors.Select(error => error.Real), .. errors.Select(error => error.Imaginary)];
    }

    /// <summary>-log2 of the root mean square and of the largest error, over real and imaginary parts.</summary>
    public (double Rms, double Worst) ErrorBits(Ciphertext ciphertext, Complex[] expected)
    {
        var errors = Errors(ciphertext, expected);
        return (-Math.Log2(Math.Sqrt(errors.Average(error => error * error))), -Math.Log2(errors.Max(Math.Abs)));
    }

    /// <summary>
    /// The errors of one bootstrap of a fresh encryption. Its result stands where the plan says, and nothing but it is left behind.
    /// </summary>
    public double[] BootstrapErrors(Complex[] message, int level)
    {
        var live = ResidueMemory.LiveBuffers;
        double[] errors;
        using (var operand = Encrypt(message, level))
        using (var result = Bootstrapper.Bootstrap(operand))
        {
            Assert.That((result.Level, result.Scale), Is.EqualTo((Plan.OutputLevel, Plan.Parameters.ScaleAt(Plan.OutputLevel))));
            errors = Errors(result, message);
        }
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        return errors;
    }

    /// <summary>What is expected of a bootstrap of a fresh encryption of this message.</summary>
    public BootstrapEstimate Estimate(Complex[] message, int level) => Estimate(message, Fresh(message, level));

    /// <summary>What is expected of a bootstrap of a ciphertext of this message.</summary>
    public BootstrapEstimate Estimate(Complex[] message, SlotEstimate operand, bool recombined = true) =>
        Noise.Bootstrap(Plan, operand, Messages.Parts(message), recombined);

    /// <summary>What is expected of <see cref="Encrypt"/>.</summary>
    public SlotEstimate Fresh(Complex[] message, int level) =>
        Noise.EncryptSymmetric(level, Plan.Parameters.ScaleAt(level), Messages.Rms(message));

    public void Dispose()
    {
        Bootstrapper.Dispose();
        _keys.Dispose();
        _secret.Dispose();
    }
}
