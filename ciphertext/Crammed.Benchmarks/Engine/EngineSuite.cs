using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Crammed.Ckks;
using Crammed.Files;
using Perfolizer.Horology;

namespace Crammed.Benchmarks.Engine;

/// <summary>Runs the engine's benchmarks in this process.</summary>
public static class EngineSuite
{
    private const int WarmupCount = 2;
    private const int IterationCount = 9;
    private static readonly TimeInterval MinIterationTime = TimeInterval.FromMilliseconds(50);

    /// <summary>Measures everything.</summary>
    /// <param name="artifactsFolder">Where BenchmarkDotNet writes.</param>
    /// <param name="progress">Told after each benchmark.</param>
    /// <param name="cancellation">Stops before the next benchmark.</param>
    /// <exception cref="InvalidOperationException">A benchmark failed.</exception>
    public static EngineResults Run(
        string artifactsFolder, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        Type[] suites =
        [
            typeof(NttBenchmarks), typeof(CiphertextBenchmarks), typeof(LinearTransformBenchmarks), typeof(ClientBenchmarks),
            typeof(MemoryBenchmarks),
        ];
        var config = ManualConfig.CreateEmpty().WithArtifactsPath(artifactsFolder).WithOptions(ConfigOptions.DisableLogFile).AddLogger(NullLogger.Instance);
        var job = Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithStrategy(RunStrategy.Throughput)
            .WithWarmupCount(WarmupCount)
            .WithIterationCount(IterationCount)
            .WithIterationTime(MinIterationTime)
            .WithUnrollFactor(1)
            .WithEvaluateOverhead(false);
        config = config.AddJob(job);
        var total = suites.Sum(suite => BenchmarkConverter.TypeToBenchmarks(suite, config).BenchmarksCases.Length);
        MemoryBenchmarks.ParentFolder = artifactsFolder;
        var counter = new Counter(total, progress, cancellation);
        config.AddEventProcessor(counter);
        var measurements = new List<EngineMeasurement>();
        foreach (var suite in suites)
        {
            var summary = BenchmarkRunner.Run(suite, config);
            cancellation.ThrowIfCancellationRequested();
            if (summary.HasCriticalValidationErrors)
                throw new InvalidOperationException(string.Join("; ", summary.ValidationErrors.Select(error => error.Message)));
            measurements.AddRange(summary.Reports.Select(Measurement));
        }
        EngineKeySize[] keys = [.. EngineShape.All.Select(KeySize)];
        foreach (var shape in EngineShape.All)
            EngineSetup.Release(shape);
        return new EngineResults(measurements, keys);
    }

    private static EngineMeasurement Measurement(BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        var method = benchmark.Descriptor.WorkloadMethod.Name;
        if (!report.Success || report.ResultStatistics is not { } statistics)
            throw new InvalidOperationException($"the benchmark {benchmark.DisplayInfo} failed");
        (var logN, var limbs, var special, var digits) = benchmark.Parameters[nameof(CiphertextBenchmarks.Shape)] is EngineShape shape
            ? SizeOf(shape)
            : ((int)benchmark.Parameters[nameof(NttBenchmarks.LogN)], method.EndsWith("Streamed", StringComparison.Ordinal)
                ? NttBenchmarks.StreamedLimbs
                : 1, 0, 0);
        var threads = benchmark.Parameters[nameof(CiphertextBenchmarks.Threads)] as int? ?? 1;
        var key = 2L * digits * (limbs + special);
        var bytes = EngineOperation.Of(method).TouchedLimbs(limbs, key) * sizeof(double) << logN;
        if (method == nameof(LinearTransformBenchmarks.LinearTransform64))
        {
            var plan = LinearTransformBenchmarks.PlanOf((EngineShape)benchmark.Parameters[nameof(CiphertextBenchmarks.Shape)]);
            bytes += plan.KeyBytes + plan.DiagonalBytes;
        }
        return new EngineMeasurement(method, logN, limbs, special, threads, statistics.Min / 1000, statistics.Median / 1000, bytes);
    }

    private static EngineKeySize KeySize(EngineShape shape)
    {
        EvaluationKeyInfo key = EngineSetup.Of(shape).Keys.Manifest.First(key => key.Kind == EvaluationKeyKind.Rotation);
        return new EngineKeySize(shape, key.MemoryBytes, key.FileBytes);
    }

    private static (int LogN, int Limbs, int Special, int Digits) SizeOf(EngineShape shape)
    {
        var parameters = EngineSetup.Of(shape).Parameters;
        return (parameters.LogN, shape.Level + 1, parameters.SpecialModuli.Count, parameters.DigitCount(shape.Level));
    }

    private sealed class Counter(int total, IProgress<WorkProgress> progress, CancellationToken cancellation) : EventProcessor
    {
        private int _done;

        public override void OnStartRunBenchmark(BenchmarkCase benchmarkCase) => cancellation.ThrowIfCancellationRequested();

        public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report) =>
            progress.Report(new WorkProgress("benchmarks", ++_done, total, "benchmarks"));
    }
}
