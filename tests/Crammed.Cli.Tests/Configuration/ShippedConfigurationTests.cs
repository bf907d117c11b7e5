using Crammed.Cli.Commands;
using Crammed.Cli.Commands.Bench;
using Crammed.Cli.Commands.Configuration;
using Crammed.Cli.Commands.Convert;
using Crammed.Cli.Commands.Doctor;
using Crammed.Cli.Commands.Import;
using Crammed.Cli.Commands.Keygen;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Commands.Refresh;
using Crammed.Cli.Commands.Shadow;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.Cli.Tests.Configuration;

/// <summary>The files under configs/, with every choice of every group.</summary>
internal sealed class ShippedConfigurationTests
{
    private static readonly ConfigurationFolder Folder = new(Repository.PathOf("configs"));

    private static readonly (string Root, Type Settings)[] Roots =
    [
        ("cfg_pretrain", typeof(PretrainCommandSettings)),
        ("cfg_import", typeof(ImportSettings)),
        ("cfg_export-glue", typeof(ExportGlueSettings)),
        ("cfg_draw", typeof(DrawCommandSettings)),
        ("cfg_plan", typeof(PlanSettings)),
        ("cfg_keygen", typeof(KeygenSettings)),
        ("cfg_convert", typeof(ConvertSettings)),
        ("cfg_refresh", typeof(RefreshSettings)),
        ("cfg_shadow", typeof(ShadowSettings)),
        ("cfg_finetune", typeof(FinetuneCommandSettings)),
        ("cfg_evaluate", typeof(EvaluateCommandSettings)),
        ("cfg_predict", typeof(PredictCommandSettings)),
        ("cfg_demo", typeof(DemoSettings)),
        ("cfg_bench-engine", typeof(BenchEngineSettings)),
        ("cfg_bench-bootstrap", typeof(BenchBootstrapSettings)),
        ("cfg_bench-bootstrap-one", typeof(BenchBootstrapOneSettings)),
        ("cfg_configuration", typeof(ConfigurationCommandSettings)),
        ("cfg_doctor", typeof(DoctorSettings)),
    ];

    private static IEnumerable<TestCaseData> EveryChoice() =>
        from root in Roots
        from @group in ConfigurationComposer.Compose(Folder, root.Root, []).Choices.Keys
        from choice in Folder.Choices(@group)
        select new TestCaseData(root.Root, root.Settings, @group, choice).SetArgDisplayNames(root.Root, @group, choice);

    [TestCaseSource(nameof(EveryChoice))]
    public void Every_choice_binds(string root, Type settings, string group, string choice)
    {
        var overrides = new List<string> { $"{group}={choice}" };
        if (settings == typeof(DemoSettings))
            overrides.Add("data.glue=glue");
        var tree = ConfigurationComposer.Compose(Folder, root, overrides).Tree;
        var bound = typeof(SettingsBinder).GetMethod(nameof(SettingsBinder.Bind))!.MakeGenericMethod(settings).Invoke(null, [tree]);
        Assert.That(bound, Is.InstanceOf(settings));
    }

    [Test]
    public void Every_file_belongs_to_a_root()
    {
        var rootFiles = Roots.Select(root => root.Root + ".yaml");
        var choiceFiles = from root in Roots
                          from @group in ConfigurationComposer.Compose(Folder, root.Root, []).Choices.Keys
                          from choice in Folder.Choices(@group)
                          select $"{@group}/{choice}.yaml";
        var files = Directory.GetFiles(Repository.PathOf("configs"), "*", SearchOption.AllDirectories);
        Assert.That(
            files.Select(file => Path.GetRelativePath(Repository.PathOf("configs"), file)),
            Is.EquivalentTo(rootFiles.Concat(choiceFiles).Distinct()));
    }

    [Test]
    public void Every_key_is_described()
    {
        var undescribed = Roots.Select(root => root.Settings)
            .SelectMany(type => SettingsSchema.Of(type).Walk())
            .Where(entry => entry.Member.Description.Length == 0)
            .Select(entry => entry.Path);
        Assert.That(undescribed, Is.Empty);
    }

    [Test]
    public void Every_command_has_its_root() =>
        Assert.That(CommandTable.All.Select(command => (command.ConfigurationRoot, command.SettingsType)), Is.SubsetOf(Roots));

    [Test]
    public void Every_task_is_a_choice_and_knows_whether_it_is_GLUEs()
    {
        Assert.That(TaskSettings.Catalog(Folder).Keys, Is.EquivalentTo(Folder.Choices("eval/tasks")), "each file has its task's name");
        string[] glue = ["cola", "mrpc", "qnli", "rte", "sst2", "stsb"];
        foreach (var task in Folder.Choices("eval/tasks"))
            Assert.That(Demo($"eval/tasks={task}", "data.glue=glue").Eval.Tasks.IsGlue, Is.EqualTo(glue.Contains(task)), task);
    }

    /// <summary>The official sizes of the splits, as GLUE's own files have them; QNLI's training split is a sample here.</summary>
    [TestCase("cola", 8551, 1043)]
    [TestCase("mrpc", 3668, 408)]
    [TestCase("qnli", 12096, 5463)]
    [TestCase("rte", 2490, 277)]
    [TestCase("sst2", 67349, 872)]
    [TestCase("stsb", 5749, 1500)]
    public void Tasks_of_GLUE_read_the_real_files(string task, int train, int dev)
    {
        var data = Environment.GetEnvironmentVariable("CRAMMED_DATA") ?? Repository.PathOf("../shared/data");
        var glue = Path.Combine(data, "glue");
        if (!Directory.Exists(glue))
            Assert.Ignore($"{glue} is not there; set CRAMMED_DATA to the folder that holds it.");
        var source = new TaskCatalog(glue).Open(Demo($"eval/tasks={task}", "data.glue=glue").Eval.Tasks.ToDefinition());
        Assert.That((source.Read(TaskSplit.Train).Count, source.Read(TaskSplit.Dev).Count), Is.EqualTo((train, dev)));
    }

    // Rho et al., arXiv 2410.02486, table 11.
    [TestCase("cola", 4.0e-3, 8.0e-3)]
    [TestCase("mrpc", 5.0e-4, 6.0e-4)]
    [TestCase("rte", 2.0e-4, 2.0e-4)]
    [TestCase("stsb", 2.5e-2, 4.0e-1)]
    [TestCase("sst2", 8.5e-3, 8.0e-4)]
    [TestCase("qnli", 6.5e-3, 8.0e-4)]
    public void Tasks_of_GLUE_are_tuned_with_the_papers_values(string task, double learningRate, double epsilon)
    {
        var settings = Demo("eval=GLUE_sane", $"eval/tasks={task}", "data.glue=glue");
        Assert.That(settings.Eval.Tasks.Name, Is.EqualTo(task));
        Assert.That(settings.Eval.Finetune.LearningRate, Is.EqualTo(learningRate));
        Assert.That(settings.Eval.Finetune.Epsilon, Is.EqualTo(epsilon));
        Assert.That(settings.Eval.Finetune.BatchSize, Is.EqualTo(16));
        Assert.That(settings.Eval.Finetune.Rank, Is.EqualTo(2));
    }

    [Test]
    public void The_papers_model_and_the_demos_are_what_they_say()
    {
        var paper = Demo("arch=crammed-bert").Arch;
        Assert.That((paper.Kind, paper.Layers, paper.Hidden, paper.Heads, paper.FeedForward),
            Is.EqualTo((ArchitectureKind.CrammedBert, 2, 768, 12, 3072)));
        Assert.That(
            (paper.Kernel, paper.KernelPower, paper.Gate), Is.EqualTo((AttentionKernel.Gaussian, (int?)null, FeedForwardGate.Relu)));
        var demo = Demo().Arch;
        Assert.That((demo.Kind, demo.Layers, demo.Hidden, demo.Heads, demo.FeedForward),
            Is.EqualTo((ArchitectureKind.CrammedBertHe, 1, 32, 2, 128)));
        Assert.That(
            (demo.Kernel, demo.KernelPower, demo.Gate), Is.EqualTo((AttentionKernel.Polynomial, (int?)4, FeedForwardGate.Bilinear)));
    }

    [Test]
    public void The_page_of_the_documentation_is_what_the_program_writes() => Assert.That(
        File.ReadAllText(Repository.PathOf("docs/configuration.md")), Is.EqualTo(new ConfigurationPage(Folder, CommandTable.All).ToMarkdown()),
        "make it again: scripts/crammed configuration file=docs/configuration.md");

    [TestCase("arch.heads=5", "override 'arch.heads=5': 'arch.heads' is 5; it must be a divisor of hidden (32)")]
    [TestCase("arch.kernel=gaussian", "'arch.kernel_power' is 4; only arch.kernel=polynomial reads it, so set it to null")]
    [TestCase("arch.kernel_power=null", "override 'arch.kernel_power=null': 'arch.kernel_power' is null; arch.kernel=polynomial needs it")]
    [TestCase(
        "train.steps=null",
        "'train.steps' and train.tokens, train.budget_seconds and train.budget_hours are all null; give one of them")]
    [TestCase("train.budget_hours=2", "'train.steps' is 1000 and train.budget_hours is 2; set one of them to null")]
    [TestCase("train.betas=[0.9]", "'train.betas' has 1 values; it must have two")]
    [TestCase("data.text=[]", "'data.text' is empty; name at least one text")]
    [TestCase("eval/tasks=rte", "has no glue folder, which the task rte needs; give data.glue=DIR")]
    [TestCase("train.tokens=3", "'train.steps' is 1000 and train.tokens is 3; set one of them to null")]
    [TestCase("eval.tasks.name=../x", "'eval.tasks.name' is '../x'; use letters, digits, '-', '_' and '.', starting with a letter or digit")]
    [TestCase("eval.tasks.generator=wordnet", "'eval.tasks.generator' is 'wordnet'; the generators are wordnet-living, wordnet-hypernym")]
    [TestCase("eval.tasks.labels=[a, b]", "'eval.tasks.labels' must be [artifact, living], which the generator wordnet-living gives")]
    [TestCase("eval.tasks.metrics=[pearson]", "has 'pearson'; the metrics of a task with 2 labels are accuracy, f1, matthews_correlation")]
    [TestCase("eval.tasks.metrics=[]", "'eval.tasks.metrics' is empty; name at least one of accuracy, f1, matthews_correlation")]
    [TestCase("eval.tasks.generator=null", "'eval.tasks.folder' is empty; a task without a generator needs it")]
    [TestCase("eval.tasks.score_range=[0, 1]", "'eval.tasks.score_range' is given beside labels; a task has one or the other")]
    [TestCase("eval.finetune.train_limit=63", "'eval.finetune.train_limit' is 63; it must be at least the batch (64)")]
    public void Values_that_contradict_each_other_are_named(string word, string expected) =>
        Assert.That(Assert.Throws<ConfigurationException>(() => Demo(word))!.Message, Does.EndWith(expected));

    private static DemoSettings Demo(params string[] overrides) =>
        ConfigurationLoader.Load<DemoSettings>(Folder, "cfg_demo", overrides).Settings;
}
