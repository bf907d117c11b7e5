using System.Globalization;

namespace Crammed.Benchmarks.Engine;

/// <summary>
/// A figure to set ours beside: one thread, the minimum over repetitions, measured for all libraries on one machine with two AMD Zen 5 cores
/// and AVX-512 (OpenFHE 1.5.1 with HEXL 1.2.6 and 49-bit primes; SEAL 4.4.3 with HEXL, one special prime; Lattigo 6.2.0), or, as library
/// <see cref="Reach"/>, what the engine is meant to need on that machine.
/// </summary>
/// <param name="Operation">Name of the benchmark's method.</param>
/// <param name="LogN">log2 of the ring degree.</param>
/// <param name="Limbs">Ciphertext limbs, or limbs transformed one after another.</param>
/// <param name="Library">Whose figure it is.</param>
/// <param name="Milliseconds">The time.</param>
public sealed record PublishedFigure(string Operation, int LogN, int Limbs, string Library, double Milliseconds)
{
    /// <summary>The name of our own goals among the libraries.</summary>
    public const string Reach = "reach";

    /// <summary>The library whose hot transform is the unit of the published figures: the fastest there.</summary>
    public const string UnitLibrary = "HEXL";

    private const string Resource = "Crammed.Benchmarks.Engine.published.csv";

    /// <summary>All figures.</summary>
    public static IReadOnlyList<PublishedFigure> All { get; } = Read();

    /// <summary>
    /// The figure as a multiple of one hot forward transform of the same ring on the same machine: HEXL's for other libraries, the one
    /// aimed at for our goals.
    /// </summary>
    public double InTransforms => Milliseconds / All.First(unit =>
        unit.Library == (Library == Reach ? Reach : UnitLibrary) && unit.Operation == nameof(NttBenchmarks.ForwardHot) && unit.LogN == LogN)
        .Milliseconds;

    private static List<PublishedFigure> Read()
    {
        using var reader = new StreamReader(typeof(PublishedFigure).Assembly.GetManifestResourceStream(Resource)!);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).Select(cells =>
                new PublishedFigure(cells[0], Int(cells[1]), Int(cells[2]), cells[3], double.Parse(cells[4], CultureInfo.InvariantCulture))),
        ];

        static int Int(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);
    }
}
