using Crammed.Cli.Reports;

namespace Crammed.Cli.Tests.Reports;

internal sealed class NumberTextTests
{
    [TestCase(0, "0 B")]
    [TestCase(999, "999 B")]
    [TestCase(1000, "0.98 KiB")]
    [TestCase(1536, "1.50 KiB")]
    [TestCase(20 << 20, "20.0 MiB")]
    [TestCase(5L << 30, "5.00 GiB")]
    [TestCase(2000L << 40, "2000 TiB")]
    public void Bytes(long value, string expected) => Assert.That(NumberText.Bytes(value), Is.EqualTo(expected));

    [TestCase(0.1234, "0.123 s")]
    [TestCase(1.234, "1.23 s")]
    [TestCase(12.34, "12.3 s")]
    [TestCase(1234.4, "1,234 s")]
    [TestCase(double.NaN, "undefined")]
    public void Seconds(double value, string expected) => Assert.That(NumberText.Seconds(value), Is.EqualTo(expected));

    [TestCase(0, "0")]
    [TestCase(-0.00031, "-3.1e-4")]
    [TestCase(1234, "1.2e3")]
    [TestCase(double.NaN, "undefined")]
    public void Magnitude(double value, string expected) => Assert.That(NumberText.Magnitude(value), Is.EqualTo(expected));

    [TestCase(1.26, "+1.3")]
    [TestCase(-1.26, "-1.3")]
    [TestCase(0, "0.0")]
    [TestCase(double.NaN, "undefined")]
    public void Signed(double value, string expected) => Assert.That(NumberText.Signed(value), Is.EqualTo(expected));

    [Test]
    public void Losses_and_scores_have_a_fixed_number_of_decimals()
    {
        Assert.That(NumberText.Loss(Math.Log(2)), Is.EqualTo("0.693147"));
        Assert.That(NumberText.Score(0.75, 0.01), Is.EqualTo("0.7500 ± 0.0100"));
        Assert.That(NumberText.Score(double.NaN), Is.EqualTo("undefined"));
        Assert.That(NumberText.Count(1234567), Is.EqualTo("1,234,567"));
    }
}
