using Crammed.Benchmarks.Engine;
using Crammed.Cli.Reports;
using Crammed.Encrypted.Planning;
using EngineOperation = Crammed.Encrypted.Planning.EngineOperation;

namespace Crammed.Cli.Tests.Reports;

/// <summary>Cost tables from made-up times.</summary>
internal sealed class EngineCostsTests
{
    private static readonly MachineFacts Machine = new("a processor", 2, 512, "a system");

    private static readonly Dictionary<string, double> Milliseconds = new()
    {
        ["Add"] = 0.25,
        ["MultiplyInteger"] = 0.5,
        ["SumOfProducts"] = 0.75,
        ["MultiplyRelinearizeRescale"] = 20,
        ["Rescale"] = 2,
        ["MultiplyPlain"] = 0.5,
        ["MultiplyScalar"] = 0.5,
        ["PeriodicProducts"] = 0.125,
        ["Encode"] = 3,
        ["Rotate"] = 16,
        ["HoistedRotations"] = 72,
        ["SumOfRotations"] = 37,
        ["Store"] = 20,
        ["Load"] = 15,
        ["LoadKey"] = 60,
        ["ExpandKey"] = 5,
    };

    private static IEnumerable<EngineMeasurement> Measurements =>
        from shape in EngineShape.All.Where(shape => shape.ParameterSet == EngineShape.Program)
        from time in Milliseconds
        let threads = time.Key == "Encode" ? 1 : 2
        select new EngineMeasurement(time.Key, 16, shape.Level + 1, 6, threads, 900 * time.Value, 1000 * time.Value, 1);

    /// <summary>
    /// A rotation of 16 ms, eight hoisted ones in 72: 8 ms each by (72 - 16) / 7, and as much for the decomposition. Their sum in 37: 5 ms of the
    /// 8 are the division, by (72 - 37) / 7, and indeed 8 + 8 * 3 + 5 = 37.
    /// </summary>
    [Test]
    public void What_is_not_measured_by_itself_is_split_off()
    {
        var table = EngineCosts.OfEngine([.. Measurements], Machine, "abc");
        Assert.That(table.Rows.Select(row => row.Limbs).Distinct(), Is.EqualTo(new[] { 4, 12, 19 }));
        Assert.That(Of(EngineOperation.HoistedRotation), Is.EqualTo(8));
        Assert.That(Of(EngineOperation.Decomposition), Is.EqualTo(8));
        Assert.That((Of(EngineOperation.SummedRotation), Of(EngineOperation.Division)), Is.EqualTo((3, 5)));
        Assert.That(Of(EngineOperation.Relinearization), Is.EqualTo(17.25));
        Assert.That(Of(EngineOperation.Encoding), Is.EqualTo(1.5));
        Assert.That((table.RingDegree, table.SpecialPrimes, table.DigitSize, table.Threads), Is.EqualTo((65536, 6, 6, 2)));

        double Of(EngineOperation operation) => table.Rows.Single(row => row.Operation == operation && row.Limbs == 12).Milliseconds;
    }

    [Test]
    public void A_table_is_read_back_as_it_was_written()
    {
        var table = EngineCosts.OfEngine([.. Measurements], Machine, null);
        var read = CostTableText.Read(CostTableText.Write(table), "costs.csv");
        Assert.That(read.Rows, Is.EqualTo(table.Rows));
        Assert.That(read.Machine, Is.EqualTo("2 cores, a processor, 512-bit vectors"));
    }

    [Test]
    public void A_measurement_that_is_missing_is_named()
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => EngineCosts.OfEngine([.. Measurements.Where(measurement => measurement.Operation != "Rotate")], Machine, "abc"));
        Assert.That(failure?.Message, Is.EqualTo("Rotate was not measured at 4 limbs on 2 threads"));
    }
}
