using Crammed.Cli.Configuration;

namespace Crammed.Cli.Tests.Configuration;

internal sealed class BindingTests : ConfigurationTestBase
{
    [Test]
    public void Keys_that_are_not_given_keep_the_records_defaults()
    {
        var settings = Bind();
        Assert.That(settings.IsQuiet, Is.True);
        Assert.That(settings.Seed, Is.EqualTo(7));
        Assert.That(settings.Arch.Scale, Is.EqualTo(1.5));
        Assert.That(settings.Eval.Limit, Is.Null);
        Assert.That(settings.Eval.Words, Is.Empty);
    }

    [Test]
    public void Every_type_is_bound()
    {
        var settings = Bind(
            "name=2024", "is_quiet=false", "seed=-9000000000", "arch.scale=2.5e-3", "arch.kernel=polynomial-kernel", "eval.limit=12",
            "eval.words=[a, 'b c']");
        Assert.That(settings.Name, Is.EqualTo("2024"));
        Assert.That(settings.IsQuiet, Is.False);
        Assert.That(settings.Seed, Is.EqualTo(-9_000_000_000));
        Assert.That(settings.Arch.Scale, Is.EqualTo(2.5e-3));
        Assert.That(settings.Arch.Kernel, Is.EqualTo(TestKernel.PolynomialKernel));
        Assert.That(settings.Eval.Limit, Is.EqualTo(12));
        Assert.That(settings.Eval.Words, Is.EqualTo(new[] { "a", "b c" }));
    }

    [Test]
    public void A_single_value_stands_for_a_list_of_one() => Assert.That(Bind("eval.words=a").Eval.Words, Is.EqualTo(new[] { "a" }));

    [TestCase("arch.layrs=3", "nothing reads the key 'arch.layrs'; did you mean 'arch.layers'?")]
    [TestCase("layers=3", "nothing reads the key 'layers'; did you mean 'arch.layers'?")]
    [TestCase("eval.tasks.nmae=x", "nothing reads the key 'eval.tasks.nmae'; did you mean 'eval.tasks.name'?")]
    [TestCase("completely.different=3", "nothing reads the key 'completely'")]
    [TestCase("eval.steps=four", "'eval.steps' is 'four'; it must be a whole number, 1 to 100")]
    [TestCase("eval.steps=4.0", "'eval.steps' is '4.0'; it must be a whole number, 1 to 100")]
    [TestCase("eval.steps='4'", "'eval.steps' is '4'; it must be a whole number, 1 to 100")]
    [TestCase("eval.steps=99999999999", "'eval.steps' is '99999999999'; it must be a whole number, 1 to 100")]
    [TestCase("eval.steps=0", "'eval.steps' is 0; it must be 1 to 100")]
    [TestCase("eval.steps=null", "'eval.steps' is null; it must be a whole number, 1 to 100")]
    [TestCase("eval.steps=[1]", "'eval.steps' is a list; it must be a whole number, 1 to 100")]
    [TestCase("eval.rates=[0.1, 1]", "'eval.rates[1]' is 1; it must be at least 0 and below 1")]
    [TestCase("eval.rates=[0.1, x]", "'eval.rates[1]' is 'x'; it must be a list, each a number, at least 0 and below 1")]
    [TestCase("arch.scale=.inf", "'arch.scale' is '.inf'; it must be a number")]
    [TestCase("arch.scale=NaN", "'arch.scale' is 'NaN'; it must be a number")]
    [TestCase("is_quiet=yes", "'is_quiet' is 'yes'; it must be true | false")]
    [TestCase("arch.kernel=softmax",
        "'arch.kernel' is 'softmax'; it must be gaussian | soft-max | polynomial-kernel; did you mean 'soft-max'?")]
    [TestCase("name={a: 1}", "'name' is a group of keys; it must be a text")]
    [TestCase("arch.layers=5", "'arch.layers' is 5; it must divide arch.hidden (32)")]
    public void A_value_that_does_not_fit_is_named(string word, string expected) =>
        Assert.That(Error(word), Is.EqualTo($"override '{word}': {expected}"));

    [Test]
    public void What_is_wrong_in_a_file_is_named_with_its_line()
    {
        File("arch/small.yaml", "layers: 1\nhidden: 32\nkernel: gaussian\nheads: 4\n");
        Assert.That(Error(), Is.EqualTo("configs/arch/small.yaml:4: nothing reads the key 'arch.heads'"));
        File("arch/small.yaml", "layers: 1\nkernel: gaussian\n");
        Assert.That(Error(), Does.StartWith("configs/").And.EndsWith("the key 'arch.hidden' is missing (a whole number)"));
        File("arch/small.yaml", "layers: 3\nhidden: 32\nkernel: gaussian\n");
        Assert.That(Error(), Is.EqualTo("configs/arch/small.yaml:1: 'arch.layers' is 3; it must divide arch.hidden (32)"));
    }

    [Test]
    public void What_is_written_reads_back_as_the_same_settings()
    {
        var settings = Bind("note='a: \"b\" # x'", "eval.words=['null', '1', '']", "arch.scale=0.1", "seed=-3");
        var yaml = SettingsWriter.ToYaml(settings);
        File("cfg_run.yaml", yaml);
        var again = Bind();
        Assert.That(SettingsWriter.ToYaml(again), Is.EqualTo(yaml));
        Assert.That(again.Note, Is.EqualTo("a: \"b\" # x"));
        Assert.That(again.Eval.Words, Is.EqualTo(new[] { "null", "1", "" }));
        Assert.That(again.Arch, Is.EqualTo(settings.Arch));
        Assert.That(again.Eval.Limit, Is.Null);
    }
}
