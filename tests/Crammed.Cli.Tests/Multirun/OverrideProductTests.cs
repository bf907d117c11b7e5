using Crammed.Cli.Configuration;
using Crammed.Cli.Multirun;

namespace Crammed.Cli.Tests.Multirun;

internal sealed class OverrideProductTests
{
    [Test]
    public void Every_combination_is_a_run_and_the_last_words_values_vary_fastest()
    {
        var jobs = OverrideProduct.Of(["arch=a, b", "train=tiny", "seed=range(1,4)"]);
        Assert.That(jobs.Select(job => job.Number), Is.EqualTo(Enumerable.Range(0, 6)));
        Assert.That(jobs.Select(job => string.Join(' ', job.Swept)), Is.EqualTo(
            new[] { "arch=a seed=1", "arch=a seed=2", "arch=a seed=3", "arch=b seed=1", "arch=b seed=2", "arch=b seed=3" }));
        Assert.That(jobs[4].Words, Is.EqualTo(new[] { "arch=b", "train=tiny", "seed=2" }));
    }

    [TestCase("a=[1,2]", "a=[1,2]")]
    [TestCase("a=[1,2],[3]", "a=[1,2]|a=[3]")]
    [TestCase("a='x,y',z", "a='x,y'|a=z")]
    [TestCase("a=\"x,y\"", "a=\"x,y\"")]
    [TestCase("a={b: 1, c: 2},{b: 3}", "a={b: 1, c: 2}|a={b: 3}")]
    [TestCase("a=", "a=")]
    [TestCase("a=range(0,5,2)", "a=0|a=2|a=4")]
    [TestCase("a=range(-1, 1)", "a=-1|a=0")]
    [TestCase("a=range(9223372036854775800,9223372036854775807,7)", "a=9223372036854775800")]
    [TestCase("word", "word")]
    public void Values_stand_between_commas_outside_brackets_and_quotes(string word, string expected) =>
        Assert.That(string.Join('|', OverrideProduct.Of([word]).Select(job => job.Words.Single())), Is.EqualTo(expected));

    [TestCase("override 'a=1,': has an empty value among several", "a=1,")]
    [TestCase("override 'a=1,2,1': names a value twice", "a=1,2,1")]
    [TestCase("override 'a=range(3)': expected range(start,stop) or range(start,stop,step) of whole numbers", "a=range(3)")]
    [TestCase("override 'a=range(0,x)': expected range(start,stop) or range(start,stop,step) of whole numbers", "a=range(0,x)")]
    [TestCase("override 'a=range(0,4,0)': expected range(start,stop) or range(start,stop,step) of whole numbers", "a=range(0,4,0)")]
    [TestCase("override 'a=range(4,4)': the range must have 1 to 10000 values", "a=range(4,4)")]
    [TestCase("override 'a=range(-9223372036854775808,9223372036854775807)': the range must have 1 to 10000 values",
        "a=range(-9223372036854775808,9223372036854775807)")]
    [TestCase("--multirun: the values make more than 10000 combinations", "a=range(0,1000)", "b=range(0,11)")]
    public void What_cannot_be_meant_is_refused(string expected, params string[] words) =>
        Assert.That(Assert.Throws<ConfigurationException>(() => OverrideProduct.Of(words))!.Message, Is.EqualTo(expected));
}
