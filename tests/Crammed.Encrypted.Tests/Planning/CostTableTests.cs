using Crammed.Ckks;
using Crammed.Encrypted.Planning;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>Costs by limbs, their file, and what parameters make of them.</summary>
[TestFixture]
public sealed class CostTableTests
{
    private const string Head =
        "# cost-table: 1\n# machine: a machine\n# threads: 2\n# ring-degree: 65536\n# special-primes: 7\n# digit-size: 8\n"
        + "operation,limbs,milliseconds,source\n";

    /// <summary>
    /// Expected: another program's interpolation of the same measurements, for six special primes and digits of six. The table measured 12
    /// and 24 limbs (7 special primes, digits of 8).
    /// </summary>
    [TestCase("avx2", EngineOperation.Rotation, 4, 5.968421052631578)]
    [TestCase("avx2", EngineOperation.Rotation, 19, 38.354446911322974)]
    [TestCase("avx2", EngineOperation.Decomposition, 19, 19.0925528202226)]
    [TestCase("avx2", EngineOperation.HoistedRotation, 24, 21.977142857142855)]
    [TestCase("avx2", EngineOperation.Relinearization, 12, 16.582736842105266)]
    [TestCase("avx2", EngineOperation.Rescale, 19, 5.957291666666666)]
    [TestCase("avx2", EngineOperation.PlainProduct, 4, 0.22066666666666668)]
    [TestCase("avx2", EngineOperation.PeriodicProduct, 19, 0.31128333333333336)]
    [TestCase("avx512", EngineOperation.Bootstrap, 19, 2850)]
    public void Costs_go_with_passes_over_limbs(string name, EngineOperation operation, int limbs, double expected)
    {
        var milliseconds = CostTableText.Include(name).Milliseconds(operation, limbs, specialPrimes: 6, digitSize: 6);
        Assert.That(milliseconds, Is.EqualTo(expected).Within(1e-12 * expected));
    }

    /// <summary>
    /// Where it is not measured: a rotation whose decomposition is counted apart is the hoisted one, and that its product and its division.
    /// </summary>
    [Test]
    public void Parts_of_a_hoisted_rotation_make_it_up([Range(1, 33)] int limbs)
    {
        var table = CostTableText.Include("avx2");
        var parts = Of(EngineOperation.SummedRotation) + Of(EngineOperation.Division);
        Assert.That(parts, Is.EqualTo(Of(EngineOperation.HoistedRotation)).Within(1e-12 * parts));

        double Of(EngineOperation operation) => table.Milliseconds(operation, limbs, specialPrimes: 6, digitSize: 6);
    }

    [Test]
    public void Every_operation_of_a_program_has_a_cost_in_the_included_tables()
    {
        foreach (var table in CostTableText.Included.Select(CostTableText.Include))
        {
            foreach (var operation in Enum.GetValues<EngineOperation>().Where(operation => operation != EngineOperation.ClientRefresh))
            {
                for (var limbs = 2; limbs <= 33; limbs++)
                {
                    var (before, after) = (table.Milliseconds(operation, limbs - 1, 6, 6), table.Milliseconds(operation, limbs, 6, 6));
                    // Parts of a rotation are differences of measurements, and a disk's times scatter: both are some per cent off.
                    var scatters = operation is EngineOperation.Decomposition or EngineOperation.SummedRotation or EngineOperation.Division
                        or EngineOperation.Load;
                    var least = scatters ? 0.9 * before : before;
                    Assert.That(after, Is.GreaterThanOrEqualTo(least), $"{operation} at {limbs} limbs on {table}");
                }
            }
        }
    }

    [Test]
    public void A_table_is_read_as_it_was_written()
    {
        var table = new CostTable("two cores, \"quiet\"", 2, 4096, 4, 5,
        [
            new CostRow(EngineOperation.Rotation, 7, 0.1, "bench, \"engine\""), new CostRow(EngineOperation.Rotation, 9, 1.0 / 3, "plain"),
            new CostRow(EngineOperation.Bootstrap, 0, 1e3, ""),
        ]);
        var read = CostTableText.Read(CostTableText.Write(table), "costs.csv");
        Assert.That(read with { Rows = table.Rows }, Is.EqualTo(table));
        Assert.That(read.Rows, Is.EqualTo(table.Rows));
    }

    [TestCase("# threads: 2", "# threads: two", "costs.csv, line 3, threads: 'two' should be a whole number, at least 1")]
    [TestCase("# threads: 2", "# thread: 2", "costs.csv, line 3, threads: the line should be '# threads: ' and its value")]
    [TestCase("# cost-table: 1", "# cost-table: 2",
        "costs.csv, line 1, cost-table: the version is '2', this program reads version 1: measure the table anew")]
    [TestCase("operation,limbs", "op,limbs", "costs.csv, line 7, columns: the line should be 'operation,limbs,milliseconds,source'")]
    [TestCase("rescale,5", "rescue,5",
        "costs.csv, line 8, operation: there is no operation 'rescue'; there are addition, integer-product, tensor-product, "
        + "relinearization, rescale, plain-product, scalar-product, periodic-product, encoding, decomposition, hoisted-rotation, "
        + "summed-rotation, division, rotation, bootstrap, further-bootstrap, client-refresh, store, load, key-load, key-expansion")]
    [TestCase("rescale,5", "rescale,five",
        "costs.csv, line 8, limbs: 'five' should be a whole number, 0 for a cost at any number of limbs")]
    [TestCase("rescale,5,1.5", "rescale,5,-1", "costs.csv, line 8, milliseconds: '-1' should be a positive number")]
    [TestCase("rescale,5,1.5", "rescale,5,NaN", "costs.csv, line 8, milliseconds: 'NaN' should be a positive number")]
    [TestCase("rescale,5,1.5,\"a\"", "rescale,5,1.5", "costs.csv, line 8, line: 3 fields; a row has operation,limbs,milliseconds,source")]
    [TestCase("\"a\"", "a, b", "costs.csv, line 8, source: a source with a comma or a quote stands in quotes, and its quotes are doubled")]
    [TestCase("\"a\"", "\"a\"b\"",
        "costs.csv, line 8, source: a source with a comma or a quote stands in quotes, and its quotes are doubled")]
    [TestCase("rescale,6", "rescale,5",
        "costs.csv, line 9, limbs: there is a row of rescale already that has 5 limbs, or 0, which stands for all: drop one")]
    [TestCase("rescale,6", "rescale,0",
        "costs.csv, line 9, limbs: there is a row of rescale already that has 0 limbs, or 0, which stands for all: drop one")]
    public void What_is_wrong_with_a_file_is_said(string part, string replacement, string message)
    {
        const string text = Head + "rescale,5,1.5,\"a\"\nrescale,6,2,b\n";
        Assert.That(() => CostTableText.Read(text, "costs.csv"), Throws.Nothing);
        Assert.That(text, Does.Contain(part));
        Assert.That(
            () => CostTableText.Read(text.Replace(part, replacement, StringComparison.Ordinal), "costs.csv"),
            Throws.InstanceOf<FormatException>().With.Message.EqualTo(message));
    }

    [Test]
    public void A_file_that_is_cut_off_is_refused()
    {
        for (var length = 0; length < Head.Length - 1; length++)
            Assert.That(() => CostTableText.Read(Head[..length], "costs.csv"), Throws.InstanceOf<FormatException>());
    }

    [Test]
    public void A_missing_operation_is_named()
    {
        var table = CostTableText.Read(Head, "costs.csv");
        Assert.That(
            () => table.Milliseconds(EngineOperation.TensorProduct, 4, 6, 6),
            Throws.ArgumentException.With.Message.EqualTo(
                "the cost table of a machine has no row of tensor-product: measure it, or add a row"));
        Assert.That(() => CostTableText.Include("cuda"), Throws.ArgumentException.With.Message.Contains("there are avx2, avx512"));
    }

    /// <summary>Usable levels as docs/bootstrap-benchmark.md has them.</summary>
    [TestCase("N16QP1746-bootstrapping", 15, 4)]
    [TestCase("N16QP1746-bootstrapping-precise", 14, 4)]
    [TestCase("N16QP1727-bootstrapping", 12, 4)]
    [TestCase("N14QP428", 8, 1)]
    public void Levels_and_bytes_come_from_the_parameters(string name, int refreshed, int entryLimbs)
    {
        var parameters = CkksParameters.Create(NamedParameters.Find(name));
        var table = CostTableText.Include("avx512");
        var costs = new ParameterCosts(table, parameters);
        Assert.That((costs.RefreshedLevel, costs.EntryLimbs), Is.EqualTo((refreshed, entryLimbs)));
        Assert.That(costs.VectorBytes(3), Is.EqualTo((entryLimbs + 3) * parameters.N * 16L));
        Assert.That(
            costs.Milliseconds(EngineOperation.Rescale, 2),
            Is.EqualTo(table.Milliseconds(EngineOperation.Rescale, entryLimbs + 2, 6, 6) * parameters.N / 65536).Within(1e-12));
    }

    /// <summary>At the top of the chain, 33 limbs, six digits of 39 limbs: 234 MiB.</summary>
    [Test]
    public void A_key_has_both_halves_of_all_digits()
    {
        var costs = new ParameterCosts(CostTableText.Include("avx512"), CkksParameters.Create(NamedParameters.N16QP1746Bootstrapping));
        Assert.That(costs.KeyBytes(29), Is.EqualTo(234L << 20));
        Assert.That(costs.KeyBytes(2), Is.EqualTo(12L << 20));
    }
}
