using Crammed.Benchmarks.Bootstrapping;

namespace Crammed.Cli.Tests.Bootstrapping;

/// <summary>A measurement whose figures are easy to tell.</summary>
internal static class SampleMeasurement
{
    /// <summary>
    /// 1,000 slots and 10 levels; bootstraps of 9, 5, 6 and 8 s, the fastest with parts of 1 and 4 s; an NTT of 50 µs. Errors ±2^-20 of
    /// uniform messages, as many of either sign, and 2^-18 of constant ones.
    /// </summary>
    public static BootstrapMeasurement Create(bool isInsecure = false) => new(
        new BootstrapPlanFacts(
            isInsecure ? "insecure-set" : "a-set", LogN: 11, Log2QP: 1727.2, isInsecure, isInsecure ? "INSECURE: toy" : "128-bit",
            Slots: 1000, SlotCount: 1024, UsableLevels: 10, LevelBits: 40, Range: 1, Iterations: 1, EphemeralWeight: 32, LargestInteger: 16,
            MessageRatio: 256, Diagonals: 77),
        Threads: 2,
        new BootstrapPreparation(Keys: 63, KeyBytes: 5L << 30, KeySeconds: 17, DiagonalBytes: 2L << 30, EncodingSeconds: 4),
        [
            Time(BootstrapMessageKind.Uniform, 9), Time(BootstrapMessageKind.Uniform, 5), Time(BootstrapMessageKind.Constant, 6),
            Time(BootstrapMessageKind.Constant, 8),
        ],
        [Precision(BootstrapMessageKind.Uniform, i => i % 2 == 0 ? -20 : null), Precision(BootstrapMessageKind.Constant, _ => -18)],
        new BatchTime(4, Seconds: 11, SingleSeconds: 5, PeakBytes: 6L << 30),
        HotTransformSeconds: 50e-6,
        PeakBytes: 12L << 30);

    private static BootstrapTime Time(BootstrapMessageKind kind, double seconds) =>
        new(kind, seconds, [new BootstrapPartTime("first part", 1), new BootstrapPartTime("second part", seconds - 1)]);

    /// <summary>4,096 parts of slots, a log2 for a positive error, null for -2^-20.</summary>
    private static MessagePrecision Precision(BootstrapMessageKind kind, Func<int, int?> log2)
    {
        var errors = ErrorDistribution.Of(
            [.. Enumerable.Range(0, 4096).Select(i => log2(i) is { } power ? Math.ScaleB(1, power) : -Math.ScaleB(1, -20))]);
        var coefficients = ErrorDistribution.Of([.. Enumerable.Range(0, 4096).Select(i => Math.ScaleB(1, -25))]);
        return new MessagePrecision(kind, errors, errors, errors, coefficients);
    }
}
