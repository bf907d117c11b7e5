namespace Crammed.Bert.Tests;

public class MatrixProductsTests
{
    /// <summary>By hand for 2 layers of width 768, 12 heads, length 128, vocabulary 32768, 32 predictions.</summary>
    [Test]
    public void Operations_are_those_counted_by_hand()
    {
        const double Weights = 2 * ((4.0 * 768 * 768) + (768 * 3072) + (1536 * 768));
        const double Forward = (2 * 128 * Weights) + (2 * 2 * 2 * 12.0 * 128 * 128 * 64) + (2.0 * 32 * 768 * 32768);
        Assert.That(MatrixProducts.TrainingOperations(BertConfiguration.Named("crammed-bert"), 0.25), Is.EqualTo(3 * Forward));
    }

    /// <summary>The kernel says what the processor has and the operating system allows.</summary>
    [Test]
    public void Auto_is_bfloat16_where_the_processor_has_it()
    {
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        var expected = flags.Split(' ').Contains("avx512_bf16") ? MatrixProductPrecision.Bfloat16 : MatrixProductPrecision.Float32;
        var settings = new PretrainingSettings { Precision = MatrixProductPrecision.Auto };
        Assert.That(settings.Resolved(null).Precision, Is.EqualTo(expected));
        foreach (var precision in new[] { MatrixProductPrecision.Float32, MatrixProductPrecision.Bfloat16 })
            Assert.That((settings with { Precision = precision }).Resolved(null).Precision, Is.EqualTo(precision));
    }

    [TestCase(MatrixProductPrecision.Float32)]
    [TestCase(MatrixProductPrecision.Bfloat16)]
    public void A_rate_is_taken_for_either_type(MatrixProductPrecision precision) =>
        // Tiny products are mostly overhead, and no processor passes 10^15 operations a second.
        Assert.That(MatrixProducts.MeasureRate(Tiny.Configuration(), 2, 0.25, precision), Is.InRange(1, 1e15));
}
