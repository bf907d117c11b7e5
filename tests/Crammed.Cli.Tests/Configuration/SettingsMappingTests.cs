using System.Globalization;
using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;
using Crammed.Model;

namespace Crammed.Cli.Tests.Configuration;

/// <summary>Settings reach the parts of the program that use them, each where it belongs.</summary>
internal sealed class SettingsMappingTests
{
    private static readonly ConfigurationFolder Folder = new(Repository.PathOf("configs"));

    [Test]
    public void The_architecture_becomes_the_models_configuration()
    {
        var arch = Demo(
            "arch.layers=3", "arch.hidden=48", "arch.heads=4", "arch.feed_forward=100", "arch.kernel_power=7", "arch.sequence_length=64",
            "arch.head_projection=9", "arch.head_hidden=33", "arch.gate=relu", "arch.initializer_standard_deviation=0.03").Arch;
        Assert.That(arch.ToBertConfiguration(vocabularySize: 5000, classes: 3), Is.EqualTo(new BertConfiguration
        {
            Architecture = "crammed-bert-he",
            VocabularySize = 5000,
            Layers = 3,
            Hidden = 48,
            Heads = 4,
            FeedForward = 100,
            SequenceLength = 64,
            Kernel = AttentionKernel.Polynomial,
            KernelPower = 7,
            Gate = FeedForwardGate.Relu,
            InitializerStandardDeviation = 0.03,
            HeadProjection = 9,
            HeadHidden = 33,
            Classes = 3,
        }));
    }

    [TestCase("crammed-bert")]
    [TestCase("crammed-bert-he")]
    public void The_named_architectures_are_the_models_own(string name) => Assert.That(
        Demo($"arch={name}").Arch.ToBertConfiguration(vocabularySize: 32768, classes: 2), Is.EqualTo(BertConfiguration.Named(name)));

    [Test]
    public void Training_becomes_the_pretrainers_settings()
    {
        var demo = Demo(
            "train.steps=11", "train.batch=12", "train.learning_rate=0.13", "train.betas=[0.14, 0.15]",
            "train.epsilon=0.16",
            "train.weight_decay=0.17", "train.clip_norm=0.18", "train.masked_fraction=0.19", "train.document_batch=20",
            "train.first_token_weight=0.21",
            "train.held_out_fraction=0.22", "train.seed=23", "train.penalty.kernel_weight=0.24", "train.penalty.kernel_fraction=0.25",
            "train.penalty.variance_weight=0.26", "train.penalty.variance_ratio=27", "train.penalty.residual_weight=0.28",
            "train.penalty.residual_limit=29",
            "train.penalty.start=0.3", "train.batch_ramp=0.31", "train.held_out_interval=0.32", "train.penalty.largest_variance=33",
            "train.penalty.largest_variance_ratio=34", "train.penalty.largest_kernel_argument=35", "train.penalty.limit_weight=36",
            "impl.microbatch_size=37", "impl.precision=bfloat16");
        Assert.That(Recipe(demo), Is.EqualTo(new PretrainingSettings
        {
            BudgetSteps = 11,
            BatchSize = 12,
            LearningRate = 0.13,
            Beta1 = 0.14,
            Beta2 = 0.15,
            Epsilon = 0.16,
            WeightDecay = 0.17,
            GradientClip = 0.18,
            MaskedFraction = 0.19,
            DocumentBatchSize = 20,
            FirstTokenWeight = 0.21,
            HeldOutFraction = 0.22,
            Seed = 23,
            BatchRamp = 0.31,
            HeldOutInterval = 0.32,
            MicroBatchSize = 37,
            Precision = MatrixProductPrecision.Bfloat16,
            Penalty = new RangePenaltySettings
            {
                KernelWeight = 0.24,
                KernelFraction = 0.25,
                VarianceWeight = 0.26,
                VarianceRatio = 27,
                ResidualWeight = 0.28,
                ResidualLimit = 29,
                Start = 0.3,
                LargestVariance = 33,
                LargestVarianceRatio = 34,
                LargestKernelArgument = 35,
                LimitWeight = 36,
            },
        }));
        Assert.That(Recipe(Demo("train.steps=null", "train.budget_seconds=31")).BudgetSeconds, Is.EqualTo(31));
        Assert.That(Recipe(Demo("train.steps=null", "train.budget_hours=0.5")).BudgetSeconds, Is.EqualTo(1800));
        Assert.That(Recipe(Demo("train.steps=null", "train.tokens=5000000000")).BudgetTokens, Is.EqualTo(5_000_000_000));
    }

    // Geiping and Goldstein 2023; Rho et al. 2025 train for a week, with the limits of their published code.
    [Test]
    public void The_published_recipe_is_a_choice()
    {
        var expected = new PretrainingSettings
        {
            BudgetSeconds = 86400,
            BatchSize = 8192,
            BatchRamp = 0.6,
            MicroBatchSize = 16,
            DocumentBatchSize = 0,
            FirstTokenWeight = 0,
            HeldOutInterval = 0.02,
            Precision = MatrixProductPrecision.Auto,
            Penalty = new RangePenaltySettings { Start = 0.95 },
        };
        Assert.That(Recipe(Demo("train=bert-o4")), Is.EqualTo(expected));
        var paper = Recipe(Demo("train=paper"));
        Assert.That(paper.BudgetSeconds, Is.EqualTo(168 * 3600));
        Assert.That(
            (paper.Penalty.LargestVariance, paper.Penalty.LargestVarianceRatio, paper.Penalty.LargestKernelArgument),
            Is.EqualTo(((double?)100, (double?)300, (double?)480)));
    }

    [Test]
    public void The_demo_trains_as_before_it_had_micro_batches()
    {
        var demo = Recipe(Demo());
        Assert.That((demo.BatchSize, demo.DocumentBatchSize, demo.BatchRamp), Is.EqualTo((4, 64, 0.0)));
        Assert.That(demo.MicroBatchSize, Is.GreaterThanOrEqualTo(demo.BatchSize), "one pass for each step");
        Assert.That((demo.Penalty.Start, demo.Penalty.VarianceWeight, demo.FirstTokenWeight), Is.EqualTo((0.0, 10.0, 1.0)));
    }

    [Test]
    public void Fine_tuning_becomes_a_draws_settings()
    {
        var finetune = Demo(
            "eval.finetune.steps=11", "eval.finetune.batch=12", "eval.finetune.learning_rate=0.13", "eval.finetune.betas=[0.14, 0.15]",
            "eval.finetune.epsilon=0.16", "eval.finetune.weight_decay=0.17", "eval.finetune.rank=3", "eval.finetune.alpha=5",
            "eval.finetune.dropout=0.18").Eval.Finetune;
        Assert.That(finetune.ToFineTuningSettings(), Is.EqualTo(new FineTuningSettings
        {
            Steps = 11,
            BatchSize = 12,
            LearningRate = 0.13,
            Beta1 = 0.14,
            Beta2 = 0.15,
            Epsilon = 0.16,
            WeightDecay = 0.17,
            Rank = 3,
            Alpha = 5,
            AdapterDropout = 0.18,
        }));
    }

    /// <summary>
    /// Every key of a group whose record is a library's, set to another value than the library's default, comes out as that value under
    /// the property of the library's own record, and leaves every other property alone.
    /// </summary>
    [TestCaseSource(nameof(LibraryKeys))]
    public void Every_key_reaches_the_librarys_record(string group, string key)
    {
        var member = SettingsSchema.Of(typeof(LibraryGroups)).Walk().Single(entry => entry.Path == $"{group}.{key}").Member;
        object before = Library(Bound(), group), after = Library(Bound($"{group}.{key}={Another(member, before)}"), group);
        var changed = before.GetType().GetProperties()
            .Where(property => property.CanWrite && !Same(property.GetValue(before), property.GetValue(after))).Select(property => property.Name);
        // Two numbers of one list are two properties, and the list a third.
        Assert.That(changed, key == "betas" ? Is.EquivalentTo(new[] { "Beta1", "Beta2", "Betas" }) : Is.EqualTo(new[] { member.Property.Name }));
        if (key != "betas")
            Assert.That(Text(after.GetType().GetProperty(member.Property.Name)!.GetValue(after)), Is.EqualTo(Another(member, before)));
    }

    private static IEnumerable<TestCaseData> LibraryKeys() =>
        from @group in new[] { "arch", "train", "train.penalty", "eval.finetune", "finetune", "finetune.lora" }
        let type = Library(Bound(), @group).GetType()
        from entry in SettingsSchema.Of(typeof(LibraryGroups)).Walk()
        where entry.Path.StartsWith(@group + ".", StringComparison.Ordinal) && !entry.Path[(@group.Length + 1)..].Contains('.')
            && !entry.Member.IsGroup && type.GetProperty(entry.Member.Property.Name) is { } && !NotAlone.Contains(entry.Path)
        select new TestCaseData(@group, entry.Path[(@group.Length + 1)..]).SetArgDisplayNames(@group, entry.Member.Key);

    /// <summary>Keys that need another beside them; the tests above set these together.</summary>
    private static readonly string[] NotAlone =
        ["arch.kernel", "arch.hidden", "train.steps", "train.tokens", "train.budget_seconds", "arch.gate", "arch.style"];

    /// <summary>The library's record that a group becomes.</summary>
    private static object Library(LibraryGroups settings, string group) => group switch
    {
        "arch" => settings.Arch.ToBertConfiguration(vocabularySize: 5000, classes: 3),
        "train" => settings.Train.ToPretrainingSettings(settings.Impl),
        "train.penalty" => settings.Train.ToPretrainingSettings(settings.Impl).Penalty,
        "eval.finetune" => settings.Eval.Finetune.ToFineTuningSettings(),
        "finetune" => settings.Finetune,
        _ => settings.Finetune.Lora!,
    };

    /// <summary>A value in the key's range that is not the one before, as one writes it.</summary>
    private static string Another(SettingsMember member, object before)
    {
        var value = before.GetType().GetProperty(member.Property.Name)!.GetValue(before);
        if (member.Type.IsEnum)
            return SettingsTypes.Choices(member.Type).First(choice => !choice.Value.Equals(value)).Key;
        if (member.ItemType == typeof(string))
            return "[output]";
        if (member.ItemType is not null)
            return "[0.125, 0.25]";
        if (member.Type == typeof(bool))
            return Equals(value, true) ? "false" : "true";
        // Heads and feed-forward widths divide or are divided: powers of two fit both.
        var candidates = member.Type == typeof(double) ? new[] { "0.0625", "2.5", "64.5" } : ["4", "8", "100"];
        return candidates.First(text => member.InRange(double.Parse(text, CultureInfo.InvariantCulture)) && text != Text(value));
    }

    private static string Text(object? value) => value switch
    {
        Enum choice => SettingsTypes.ChoiceOf(choice),
        bool flag => flag ? "true" : "false",
        IEnumerable<string> list => $"[{string.Join(", ", list)}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool Same(object? first, object? second) => (first, second) switch
    {
        (IEnumerable<double> list, IEnumerable<double> other) => list.SequenceEqual(other),
        (IEnumerable<string> list, IEnumerable<string> other) => list.SequenceEqual(other),
        ({ } group, { } other) when SettingsTypes.IsGroup(group.GetType()) => SettingsWriter.ToYaml(group) == SettingsWriter.ToYaml(other),
        _ => Equals(first, second),
    };

    private static LibraryGroups Bound(params string[] overrides)
    {
        var demo = ConfigurationComposer.Compose(Folder, "cfg_demo", [.. overrides.Where(word => !word.StartsWith("finetune", StringComparison.Ordinal))]);
        var run = ConfigurationComposer.Compose(Folder, "cfg_finetune", [.. overrides.Where(word => word.StartsWith("finetune", StringComparison.Ordinal))]);
        run.Tree.TryGet("finetune", out var finetune);
        demo.Tree.Set("finetune", finetune!);
        foreach (var unused in new[] { "name", "data", "he", "planning", "noise_runs", "bootstrap" })
            demo.Tree.Remove(unused);
        return SettingsBinder.Bind<LibraryGroups>(demo.Tree);
    }

    /// <summary>The groups with records of a library, of whichever command reads them.</summary>
    private sealed record LibraryGroups
    {
        public required ArchGroupSettings Arch { get; init; }

        public required PretrainGroupSettings Train { get; init; }

        public required EvalGroupSettings Eval { get; init; }

        public required TaskTrainingSettings Finetune { get; init; }

        public required ImplementationSettings Impl { get; init; }
    }

    [Test]
    public void The_demo_takes_fewer_and_longer_steps_than_a_draw_by_default()
    {
        var expected = new FineTuningSettings { Steps = 12, LearningRate = 0.05, Epsilon = 0.01 };
        Assert.That(Demo().Eval.Finetune.ToFineTuningSettings(), Is.EqualTo(expected));
    }

    private static PretrainingSettings Recipe(DemoSettings settings) => settings.Train.ToPretrainingSettings(settings.Impl);

    private static DemoSettings Demo(params string[] overrides) =>
        ConfigurationLoader.Load<DemoSettings>(Folder, "cfg_demo", overrides).Settings;
}
