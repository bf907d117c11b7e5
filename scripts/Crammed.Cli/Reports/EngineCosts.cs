using System.Globalization;
using Crammed.Benchmarks.Bootstrapping;
using Crammed.Benchmarks.Engine;
using Crammed.Ckks;
using Crammed.Encrypted.Planning;
using EngineOperation = Crammed.Encrypted.Planning.EngineOperation;

namespace Crammed.Cli.Reports;

/// <summary>Measured times as the cost tables that programs are planned with: operations of the engine, and a bootstrap.</summary>
internal static class EngineCosts
{
    /// <summary>Name of a table in a run's folder.</summary>
    public const string File = "costs.csv";

    private const int Threads = 2;

    /// <summary>Rotations of the benchmark that shares a decomposition.</summary>
    private const int HoistedRotations = 8;

    /// <summary>
    /// Costs on two threads under the set that programs bootstrap under: medians, for a run does not consist of its best moments. What is not measured by itself is split off what is: relinearization
    /// from a product with relinearization and rescale; decomposition, product with a key and division from eight rotations, their sum, and one
    /// rotation. Encodings are made two at a time, each on one thread.
    /// </summary>
    /// <param name="measurements">of the whole suite</param>
    /// <param name="machine">where</param>
    /// <param name="version">the source's version, null where it is not known</param>
    /// <exception cref="InvalidOperationException">a measurement is missing</exception>
    public static CostTable OfEngine(IReadOnlyList<EngineMeasurement> measurements, MachineFacts machine, string? version)
    {
        var parameters = CkksParameters.Create(NamedParameters.Find(EngineShape.Program));
        var rows = EngineShape.All.Where(shape => shape.ParameterSet == EngineShape.Program).Select(shape => shape.Level + 1)
            .Order().SelectMany(Rows).ToArray();
        return Table(parameters, machine, rows);

        IEnumerable<CostRow> Rows(int limbs)
        {
            var source = $"crammed bench engine, source {version ?? "unknown"}";
            var (add, rescale) = (Milliseconds(nameof(CiphertextBenchmarks.Add)), Milliseconds(nameof(CiphertextBenchmarks.Rescale)));
            var tensor = Milliseconds(nameof(CiphertextBenchmarks.SumOfProducts));
            var rotation = Milliseconds(nameof(CiphertextBenchmarks.Rotate));
            // rotation = decomposition + hoisted; eight hoisted = decomposition + 8 hoisted; hoisted = summed + division;
            // sum of eight = decomposition + 8 summed + division.
            var hoisted = (Milliseconds(nameof(CiphertextBenchmarks.HoistedRotations)) - rotation) / (HoistedRotations - 1);
            var division = (Milliseconds(nameof(CiphertextBenchmarks.HoistedRotations)) - Milliseconds(nameof(CiphertextBenchmarks.SumOfRotations)))
                / (HoistedRotations - 1);
            (EngineOperation Operation, double Milliseconds, string Note)[] costs =
            [
                (EngineOperation.Addition, add, ""),
                (EngineOperation.IntegerProduct, Milliseconds(nameof(CiphertextBenchmarks.MultiplyInteger)), ""),
                (EngineOperation.TensorProduct, tensor, ": one of a sum of 16"),
                (EngineOperation.Relinearization, Milliseconds(nameof(CiphertextBenchmarks.MultiplyRelinearizeRescale)) - tensor - rescale,
                    ": product with relinearization and rescale, less product and rescale"),
                (EngineOperation.Rescale, rescale, ""),
                (EngineOperation.PlainProduct, Milliseconds(nameof(CiphertextBenchmarks.MultiplyPlain)), ""),
                (EngineOperation.ScalarProduct, Milliseconds(nameof(CiphertextBenchmarks.MultiplyScalar)), ""),
                (EngineOperation.PeriodicProduct, Milliseconds(nameof(CiphertextBenchmarks.PeriodicProducts)), ": one of 64 x 32"),
                (EngineOperation.Encoding, Milliseconds(nameof(ClientBenchmarks.Encode), 1) / Threads, ": one thread, two at a time"),
                (EngineOperation.Decomposition, rotation - hoisted, ": one rotation less a hoisted one"),
                (EngineOperation.HoistedRotation, hoisted, ": eight less one, by seven"),
                (EngineOperation.SummedRotation, hoisted - division, ": a hoisted one less the division"),
                (EngineOperation.Division, division, ": eight hoisted rotations less their sum, by seven"),
                (EngineOperation.Rotation, rotation, ""),
                (EngineOperation.Store, Milliseconds(nameof(MemoryBenchmarks.Store)), ": of a group of 8, flushed to the disk"),
                (EngineOperation.Load, Milliseconds(nameof(MemoryBenchmarks.Load)), ": of a group of 8, nothing of it in memory"),
                (EngineOperation.KeyLoad, Milliseconds(nameof(MemoryBenchmarks.LoadKey)), ": the masked half"),
                (EngineOperation.KeyExpansion, Milliseconds(nameof(MemoryBenchmarks.ExpandKey)), ": the uniform half"),
            ];
            return costs.Select(cost => new CostRow(cost.Operation, limbs, cost.Milliseconds, source + cost.Note));

            double Milliseconds(string operation, int threads = Threads) => measurements.FirstOrDefault(measurement =>
                measurement.Operation == operation && measurement.LogN == parameters.LogN && measurement.Limbs == limbs
                && measurement.SpecialLimbs == parameters.SpecialModuli.Count && measurement.Threads == threads)?.MedianMicroseconds / 1000
                ?? throw new InvalidOperationException($"{operation} was not measured at {limbs} limbs on {threads} threads");
        }
    }

    /// <summary>Whether programs bootstrap so: under their set, all slots.</summary>
    public static bool IsOfPrograms(BootstrapMeasurement measurement) =>
        measurement.Plan.ParameterSet == EngineShape.Program && measurement.Plan.Slots == measurement.Plan.SlotCount && measurement.Threads == Threads;

    /// <summary>The cost of a bootstrap: a program's are made one at a time, most of them.</summary>
    public static CostTable OfBootstrap(BootstrapMeasurement measurement, MachineFacts machine, string? version)
    {
        var parameters = CkksParameters.Create(NamedParameters.Find(measurement.Plan.ParameterSet));
        return Table(parameters, machine,
        [
            .. Further(measurement, version),
            new CostRow(EngineOperation.Bootstrap, 0, measurement.MedianSeconds * 1000, string.Create(
                CultureInfo.InvariantCulture, $"crammed bench bootstrap, {measurement.Plan.ParameterSet}, {measurement.Threads} threads, source {version ?? "unknown"}: median")),
        ]);
    }

    private static IEnumerable<CostRow> Further(BootstrapMeasurement measurement, string? version) => measurement.Batch is { } batch
        ?
        [
            new CostRow(EngineOperation.FurtherBootstrap, 0, batch.MarginalSeconds * 1000, string.Create(
                CultureInfo.InvariantCulture,
                $"crammed bench bootstrap, {measurement.Plan.ParameterSet}, {measurement.Threads} threads, source {version ?? "unknown"}: one more of a call")),
        ]
        : [];

    private static CostTable Table(CkksParameters parameters, MachineFacts machine, IReadOnlyList<CostRow> rows) => new(
        string.Create(CultureInfo.InvariantCulture, $"{machine.Cores} cores, {machine.Processor ?? "unknown processor"}, {machine.SimdBits}-bit vectors"),
        Threads, parameters.N, parameters.SpecialModuli.Count, parameters.DigitSize, rows);
}
