using System.Diagnostics;
using System.Numerics;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Files;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>Both parties of a bootstrap: the secret, the keys made from it, and the encoded transforms.</summary>
internal sealed class BootstrapSession : IDisposable
{
    private readonly CkksEncoder _encoder;
    private readonly SecretKey _secret;
    private readonly EvaluationKeys _keys;

    /// <summary>Generates keys and encodes diagonals.</summary>
    /// <param name="plan">what to prepare for</param>
    /// <param name="threads">threads of a bootstrap; 0 for one per processor</param>
    /// <param name="storage">in which form the diagonals of CoeffsToSlots are kept</param>
    /// <param name="progress">told after each key, and before and after the encoding</param>
    /// <param name="cancellation">stops between keys</param>
    /// <exception cref="OperationCanceledException">it was cancelled; no memory is held</exception>
    public BootstrapSession(
        BootstrappingPlan plan, int threads, DiagonalStorage storage, IProgress<WorkProgress> progress,
        CancellationToken cancellation)
    {
        Plan = plan;
        _encoder = new CkksEncoder(plan.Parameters);
        _secret = SecretKey.Generate(plan.Parameters);
        try
        {
            var start = Stopwatch.GetTimestamp();
            var request = EvaluationKeyRequest.ForBootstrapping(plan.Parameters, plan.Rotations);
            _keys = new KeyGenerator(_secret).CreateEvaluationKeys(request, progress, cancellation);
            var keySeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var diagonals = DiagonalCount(plan);
            progress.Report(new WorkProgress("diagonals", 0, diagonals, "diagonals"));
            start = Stopwatch.GetTimestamp();
            Bootstrapper = new Bootstrapper(plan, new Evaluator(plan.Parameters, _keys, threads), _encoder, storage);
            var encodingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            progress.Report(new WorkProgress("diagonals", diagonals, diagonals, "diagonals"));
            Preparation = new BootstrapPreparation(_keys.Manifest.Count, _keys.Bytes, keySeconds, Bootstrapper.Bytes, encodingSeconds);
        }
        catch
        {
            _keys?.Dispose();
            _secret.Dispose();
            throw;
        }
    }

    public BootstrappingPlan Plan { get; }

    public Bootstrapper Bootstrapper { get; }

    public BootstrapPreparation Preparation { get; }

    /// <summary>Diagonals of the factors of SlotsToCoeffs and CoeffsToSlots.</summary>
    public static int DiagonalCount(BootstrappingPlan plan) =>
        plan.SlotsToCoeffs.Factors.Concat(plan.CoeffsToSlots.Factors).Sum(factor => factor.Diagonals.Count);

    /// <summary>A new encryption at the level that bootstraps begin at.</summary>
    public Ciphertext Encrypt(Complex[] slots) => new Encryptor(_secret).Encrypt(slots, Plan.InputLevel);

    public Complex[] Decrypt(Ciphertext ciphertext) => new Decryptor(_secret).DecryptToComplexSlots(ciphertext);

    /// <summary>Bootstraps, with its time and that of its parts.</summary>
    public (Ciphertext Result, double Seconds, IReadOnlyList<BootstrapPartTime> Parts) Bootstrap(Ciphertext operand)
    {
        var parts = new PartTimes();
        var start = Stopwatch.GetTimestamp();
        var result = Bootstrapper.Bootstrap(operand, parts);
        return (result, Stopwatch.GetElapsedTime(start).TotalSeconds, parts.Times);
    }

    /// <summary>Seconds of bootstrapping all operands in one go.</summary>
    public double TimeBatch(IReadOnlyList<Ciphertext> operands)
    {
        var start = Stopwatch.GetTimestamp();
        var results = Bootstrapper.BootstrapBatch(operands);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var result in results)
            result.Dispose();
        return seconds;
    }

    public void Dispose()
    {
        Bootstrapper.Dispose();
        _keys.Dispose();
        _secret.Dispose();
    }


    private sealed class PartTimes : IProgress<BootstrapPart>
    {
        private readonly List<BootstrapPart> _parts = [];

        /// <summary>In the order of their first report; a part that runs more than once has the sum of its times.</summary>
        public IReadOnlyList<BootstrapPartTime> Times =>
        [
            .. _parts.GroupBy(part => part.Name).Select(same => new BootstrapPartTime(same.Key, same.Sum(part => part.Time.TotalSeconds))),
        ];

        public void Report(BootstrapPart value) => _parts.Add(value);
    }
}
