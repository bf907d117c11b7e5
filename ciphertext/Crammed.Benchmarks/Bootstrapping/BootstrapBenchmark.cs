using System.Diagnostics;
using System.Numerics;
using Crammed.Ckks;
using Crammed.Ckks.Client;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>Bootstraps ciphertexts of several kinds and compares what comes back.</summary>
public static class BootstrapBenchmark
{
    /// <param name="plan">What to evaluate.</param>
    /// <param name="threads">Threads of a bootstrap; 0 for one per processor.</param>
    /// <param name="repetitions">Bootstraps of each kind of message.</param>
    /// <param name="progress">Told after each key and each bootstrap.</param>
    /// <param name="cancellation">Stops between keys and bootstraps.</param>
    public static BootstrapMeasurement Run(
        BootstrappingPlan plan, int threads, int repetitions, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        CkksParameters parameters = plan.Parameters;
        using var secret = SecretKey.Generate(parameters);
        long start = Stopwatch.GetTimestamp();
        int total = repetitions * Messages(plan).Count();
        var request = EvaluationKeyRequest.ForBootstrapping(parameters, plan.Rotations);
        using EvaluationKeys keys = new KeyGenerator(secret).CreateEvaluationKeys(
            request, new KeyProgress(progress, total), cancellation);
        double keySeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        var encoder = new CkksEncoder(parameters);
        var evaluator = new Evaluator(parameters, keys, threads);
        using var bootstrapper = new Bootstrapper(plan, evaluator, encoder);
        double encodingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int keyCount = keys.Manifest.Count, done = 0;
        var seconds = new List<double>();
        var precision = new List<(string, double, double)>();
        var fastest = new List<BootstrapPart>();
        foreach ((string name, Complex[] message) in Messages(plan))
        {
            using Plaintext plaintext = encoder.Encode(message, plan.InputLevel, parameters.ScaleAt(plan.InputLevel));
            using Ciphertext operand = new Encryptor(secret).Encrypt(plaintext);
            for (int i = 0; i < repetitions; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var parts = new PartList();
                start = Stopwatch.GetTimestamp();
                using Ciphertext result = bootstrapper.Bootstrap(operand, parts);
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                if (seconds[^1] == seconds.Min())
                    fastest = parts.Parts;
                if (i == 0)
                    precision.Add(Compare(name, new Decryptor(secret).DecryptToComplexSlots(result), message));
                progress.Report((keyCount + ++done, keyCount + total));
            }
        }
        using var process = Process.GetCurrentProcess();
        return new BootstrapMeasurement(
            parameters.Name, parameters.SecurityDescription, plan.Slots, plan.UsableLevels, threads == 0 ? Environment.ProcessorCount : threads,
            keys.Bytes, bootstrapper.Bytes, keySeconds, encodingSeconds, seconds,
            [.. fastest.Select(part => (part.Name, part.Time.TotalSeconds))], precision, process.PeakWorkingSet64);
    }

    /// <summary>Messages within the unit range whose errors could differ: spread over all coefficients, in one of them, in one slot.</summary>
    private static IEnumerable<(string Name, Complex[] Message)> Messages(BootstrappingPlan plan)
    {
        int count = plan.Parameters.SlotCount;
        var random = new Random(1);
        Complex[] period = [.. Enumerable.Range(0, plan.Slots).Select(_ => new Complex(Uniform(), Uniform()))];
        yield return ("uniform", [.. Enumerable.Range(0, count).Select(i => period[i % plan.Slots])]);
        yield return ("constant", [.. Enumerable.Repeat(new Complex(1, -1), count)]);
        yield return ("single spike", [.. Enumerable.Range(0, count).Select(i => i % plan.Slots == 1 ? Complex.One : Complex.Zero)]);

        double Uniform() => 2 * random.NextDouble() - 1;
    }

    private static (string, double, double) Compare(string name, Complex[] actual, Complex[] expected)
    {
        double[] errors =
            [.. actual.Zip(expected, (x, y) => x - y).SelectMany(error => new[] { Math.Abs(error.Real), Math.Abs(error.Imaginary) })];
        return (name, -Math.Log2(Math.Sqrt(errors.Average(error => error * error))), -Math.Log2(errors.Max()));
    }

    private sealed class KeyProgress(IProgress<(int Done, int Total)> progress, int after) : IProgress<Ckks.KeyProgress>
    {
        public void Report(Ckks.KeyProgress value) => progress.Report((value.Done, value.Total + after));
    }

    private sealed class PartList : IProgress<BootstrapPart>
    {
        public List<BootstrapPart> Parts { get; } = [];

        public void Report(BootstrapPart value) => Parts.Add(value);
    }
}
