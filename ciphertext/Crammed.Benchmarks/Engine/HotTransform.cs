using System.Diagnostics;

namespace Crammed.Benchmarks.Engine;

/// <summary>
/// The unit in which times of different machines compare: one forward NTT of one 50-bit limb that finds limb and table in the caches, on
/// one thread. Timed as <see cref="EngineSuite"/> times it, without BenchmarkDotNet.
/// </summary>
public static class HotTransform
{
    private const int IterationCount = 9;
    private const double IterationSeconds = 0.05;

    /// <summary>Seconds of one transform: the shortest of nine iterations' means.</summary>
    /// <param name="logN">log2 of the ring degree</param>
    public static double Measure(int logN)
    {
        var benchmark = new NttBenchmarks { LogN = logN };
        benchmark.SetUp();
        try
        {
            // Enough calls that the compiler has optimized, and that an iteration takes its time.
            var calls = CallsWithin(benchmark, IterationSeconds);
            return Enumerable.Range(0, IterationCount).Min(_ => Time(benchmark, calls));
        }
        finally
        {
            benchmark.CleanUp();
        }
    }

    private static int CallsWithin(NttBenchmarks benchmark, double seconds)
    {
        var calls = 0;
        var start = Stopwatch.GetTimestamp();
        do
        {
            benchmark.ForwardHot();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return calls;
    }

    private static double Time(NttBenchmarks benchmark, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            benchmark.ForwardHot();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
