using Crammed.Cli.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Cli.Tests.Configuration;

internal sealed class CompositionTests : ConfigurationTestBase
{
    [Test]
    public void Defaults_choose_a_file_of_each_group_and_nested_groups_land_under_theirs()
    {
        var settings = Bind();
        Assert.That(settings.Name, Is.EqualTo("run"));
        Assert.That(settings.Arch, Is.EqualTo(new ArchSettings(1, 32, TestKernel.Gaussian)));
        Assert.That(settings.Eval.Steps, Is.EqualTo(4));
        Assert.That(settings.Eval.Tasks.Name, Is.EqualTo("rte"));
    }

    [Test]
    public void A_choice_can_take_over_another_one_of_its_group()
    {
        Assert.That(Bind("arch=large").Arch, Is.EqualTo(new ArchSettings(16, 32, TestKernel.Gaussian)));
    }

    [Test]
    public void A_group_override_replaces_the_choice_and_is_recorded()
    {
        var loaded = Load("eval/tasks=cola");
        Assert.That(loaded.Settings.Eval.Tasks.Name, Is.EqualTo("cola"));
        Assert.That(
            loaded.Choices, Is.EqualTo(new Dictionary<string, string> { ["arch"] = "small", ["eval/tasks"] = "cola", ["eval"] = "quick" }));
    }

    [Test]
    public void A_value_override_wins_over_a_group_override_whatever_their_order()
    {
        Assert.That(Bind("arch.layers=8", "arch=large").Arch.Layers, Is.EqualTo(8));
        Assert.That(Bind("arch=large", "arch.layers=8").Arch.Layers, Is.EqualTo(8));
        Assert.That(Bind("arch=large").Arch.Layers, Is.EqualTo(16));
    }

    [Test]
    public void The_last_of_two_value_overrides_counts() => Assert.That(Bind("name=a", "name=b").Name, Is.EqualTo("b"));

    [Test]
    public void A_files_own_keys_win_over_its_defaults_unless_self_comes_first()
    {
        File("cfg_run.yaml", "defaults:\n  - arch: small\n  - eval: quick\nname: run\neval:\n  steps: 9\n");
        Assert.That(Bind().Eval.Steps, Is.EqualTo(9));
        File("cfg_run.yaml", "defaults:\n  - _self_\n  - arch: small\n  - eval: quick\nname: run\neval:\n  steps: 9\n");
        Assert.That(Bind().Eval.Steps, Is.EqualTo(4));
    }

    [Test]
    public void A_lists_override_replaces_the_whole_list() =>
        Assert.That(Bind("eval.rates=[0.5]").Eval.Rates, Is.EqualTo(new[] { 0.5 }));

    [Test]
    public void Values_may_hold_equals_signs_and_quotes()
    {
        Assert.That(Bind("note=a=b").Note, Is.EqualTo("a=b"));
        Assert.That(Bind("note=\"null\"").Note, Is.EqualTo("null"));
        Assert.That(Bind("note=null").Note, Is.Null);
        Assert.That(Bind("note=").Note, Is.Null);
    }

    /// <summary>What YAML would read as a comment, a mapping, a list, an anchor, a block or a directive.</summary>
    [TestCase("wiki #2"), TestCase("a: b"), TestCase("a:"), TestCase("- a"), TestCase("? a"), TestCase("# a"), TestCase("&a b"), TestCase("*a")]
    [TestCase("!!int 3"), TestCase("| a"), TestCase("> a"), TestCase("%TAG"), TestCase("@a"), TestCase("`a"), TestCase(" a "), TestCase("\ta")]
    [TestCase("a, b"), TestCase("a]"), TestCase("a}"), TestCase("}"), TestCase("a\nb"), TestCase("a 'b'"), TestCase("a\"b"), TestCase("~"), TestCase("---")]
    [TestCase("a  b"), TestCase("a\\nb"), TestCase("1_000"), TestCase("0x1F"), TestCase("yes"), TestCase("2026-11-30"), TestCase("Null"), TestCase("...")]
    [TestCase("$HOME"), TestCase("a#b"), TestCase("\u2028"), TestCase("{"), TestCase("C:\\x")]
    public void Plain_texts_are_taken_literally(string text)
    {
        if (text == "{")
            Assert.That(Error($"note={text}"), Does.Contain("does not end in the { that it begins with"));
        else
            Assert.That(Bind($"note={text}").Note, Is.EqualTo(text));
    }

    [TestCase("\"a\" # b", "does not end in the \" that it begins with; for a text put it in quotes: \"\\\"a\\\" # b\"")]
    [TestCase("\"a\" # \"b\"", "YAML takes what follows # for a comment; put it in quotes: \"\\\"a\\\" # \\\"b\\\"\"")]
    [TestCase("'a' b'", "is not valid YAML")]
    [TestCase("\"a\" ", "does not end in the \"")]
    [TestCase("[a] # b]", "is not valid YAML")]
    [TestCase("[a, b", "does not end in the [ that it begins with")]
    [TestCase("[a] b]", "is not valid YAML")]
    [TestCase("[a # b]", "override")]
    [TestCase("\"a\u2028b\"", "a line break in quotes or brackets; write \\n in double quotes")]
    [TestCase("[draft] wiki", "does not end in the [ that it begins with; for a text put it in quotes: \"[draft] wiki\"")]
    public void What_YAML_would_change_is_refused(string text, string expected) =>
        Assert.That(Error($"note={text}"), Does.StartWith("override 'note=").And.Contain(expected));

    private static readonly string[] Pieces =
        ["\"", "'", "[", "]", "{", "}", "#", " #", ": ", ":", ",", "-", "- ", "\\", "\\n", "$", "|", ">", "&", "*", "!", "%", "@", "`", "~", " ", "\t", "\n",
            "\r", "\u0085", "\u2028", "\ufeff", "\u00e9", "\U0001F600", "\ud83d", "\u0001", "\u007f", "a", "null", "true", "0", "1e3", "=", "?", "...", "---"];

    /// <summary>Any text reaches a key for text as it is, or is refused: plain, and in either kind of quotes, alone and in a list.</summary>
    [Test]
    public void Any_text_arrives_unchanged_or_is_refused()
    {
        var arrived = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(12),
            Prop.ForAll(Gen.ArrayOf(Gen.Elements(Pieces)).Select(string.Concat).ToArbitrary(), text =>
            {
                string inDouble = $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"", inSingle = $"'{text.Replace("'", "''")}'";
                var isSyntax = text is "" or "null" or ['"' or '\'' or '[' or '{', ..];
                foreach (var value in isSyntax ? [inDouble, inSingle] : (string[])[text, inDouble, inSingle])
                    Arrives($"note={value}", text, settings => settings.Note);
                Arrives($"eval.words=[{inDouble}, {inSingle}]", $"{text}|{text}", settings => string.Join('|', settings.Eval.Words));
            }));
        Assert.That(arrived, Is.GreaterThan(2000), "most are not refused");

        void Arrives(string word, string expected, Func<RunSettings, string?> read)
        {
            try
            {
                Assert.That(read(Bind(word)), Is.EqualTo(expected), () => word);
                arrived++;
            }
            catch (ConfigurationException)
            {
                // Refused.
            }
        }
    }

    [TestCase("arch=smal", "override 'arch=smal': the group 'arch' has no choice 'smal'; did you mean 'small'? (choices: large, small)")]
    [TestCase("arch=zzzzzz", "override 'arch=zzzzzz': the group 'arch' has no choice 'zzzzzz' (choices: large, small)")]
    [TestCase("arch=../cfg_run", "override 'arch=../cfg_run': the group 'arch' has no choice '../cfg_run' (choices: large, small)")]
    [TestCase("eval/task=rte",
        "override 'eval/task=rte': cfg_run has no group 'eval/task'; did you mean 'eval/tasks'? (its groups: arch, eval/tasks, eval)")]
    [TestCase("eval.tasks=rte", "override 'eval.tasks=rte': 'eval.tasks' is a group; choose from it with eval/tasks=rte")]
    [TestCase("name", "override 'name': expected group=choice or a.b.c=value")]
    [TestCase("=3", "override '=3': expected group=choice or a.b.c=value")]
    [TestCase("+a.b=3", "override '+a.b=3': keys are neither added nor removed here; drop the '+' and set the key's value")]
    [TestCase("a..b=3", "override 'a..b=3': 'a..b' is not a key such as train.steps or a group such as eval/tasks")]
    [TestCase("name.first=3", "override 'name.first=3': 'name' is 'run', not a group of keys")]
    [TestCase("eval.rates=[1,,]", "override 'eval.rates=[1,,]': is not valid YAML: *")]
    [TestCase("eval.rates=[1", "override 'eval.rates=[1': does not end in the [ that it begins with; for a text put it in quotes: \"[1\"")]
    public void A_wrong_override_is_named(string word, string expected)
    {
        if (expected.EndsWith('*'))
            Assert.That(Error(word), Does.StartWith(expected[..^1]));
        else
            Assert.That(Error(word), Is.EqualTo(expected));
    }

    [Test]
    public void Choosing_a_group_twice_is_an_error() =>
        Assert.That(
            Error("arch=small", "arch=large"), Is.EqualTo("override 'arch=large': the group was already chosen by override 'arch=small'"));

    [Test]
    public void A_wrong_file_is_named_with_its_line()
    {
        File("eval/quick.yaml", "defaults:\n  - tasks: rte\nsteps: 4\nsteps: 5\n");
        Assert.That(Error(), Does.StartWith("configs/eval/quick.yaml:").And.Contain("is not valid YAML").And.Contain("steps"));
        File("eval/quick.yaml", "- a\n");
        Assert.That(Error(), Is.EqualTo("configs/eval/quick.yaml:1: holds a list; expected 'key: value' lines"));
        File("eval/quick.yaml", "defaults:\n  - tasks: [rte]\n");
        Assert.That(Error(), Is.EqualTo("configs/eval/quick.yaml:2: expected '- group: choice' in defaults, not a group of keys"));
        File("eval/quick.yaml", "steps: &a 4\nlimit: *a\n");
        Assert.That(Error(), Is.EqualTo("configs/eval/quick.yaml:1: has the anchor '&a'; use ${a.b} to repeat a value"));
        File("eval/quick.yaml", "steps: " + new string('[', 100_000));
        Assert.That(Error(), Is.EqualTo("configs/eval/quick.yaml:1: nests deeper than 32 levels"));
    }

    [Test]
    public void Defaults_in_a_ring_are_an_error()
    {
        File("arch/small.yaml", "defaults:\n  - large\n");
        Assert.That(Error(), Does.Contain("its defaults lead back to itself"));
    }

    [Test]
    public void Interpolation_takes_over_values_groups_and_parts_of_texts()
    {
        File("eval/quick.yaml", "defaults:\n  - tasks: rte\nsteps: ${arch.hidden}\nrates: ${eval.others}\n");
        Assert.That(Error(), Does.Contain("${eval.others} names no key of this configuration"));
        File("cfg_run.yaml", "defaults:\n  - arch: small\n  - eval: quick\nname: run-${arch.layers}-${eval.tasks.name}\nnote: ${name}\n");
        File("eval/quick.yaml", "defaults:\n  - tasks: rte\nsteps: ${arch.hidden}\nrates: [0.5, 0.25]\nwords: ['${note}', b]\n");
        var settings = Bind("arch.layers=4", "eval/tasks=cola");
        Assert.That(settings.Name, Is.EqualTo("run-4-cola"));
        Assert.That(settings.Eval.Steps, Is.EqualTo(32));
        Assert.That(settings.Eval.Words, Is.EqualTo(new[] { "run-4-cola", "b" }));
    }

    [TestCase("note=${note}", "leads back to itself")]
    [TestCase("note=a ${eval} b", "is not a single value")]
    [TestCase("note=${nothing.there}", "names no key")]
    [TestCase("note=a${name", "without its '}'")]
    [TestCase("note=${oc.env:CRAMMED_TEST_UNSET}", "the environment variable CRAMMED_TEST_UNSET is not set")]
    public void A_wrong_interpolation_is_named(string word, string expected) =>
        Assert.That(Error(word), Does.StartWith($"override '{word}'").And.Contain(expected));

    [Test]
    public void The_environment_can_be_read_with_a_default()
    {
        Assert.That(Bind("note=${oc.env:CRAMMED_TEST_UNSET,/usr/share/dict}").Note, Is.EqualTo("/usr/share/dict"));
        Assert.That(Bind("note=${oc.env:PATH}").Note, Is.EqualTo(Environment.GetEnvironmentVariable("PATH")));
    }
}
