using Crammed.Cli.Hosting;
using Crammed.Cli.Tests.Stages;

namespace Crammed.Cli.Tests.Study;

/// <summary><c>crammed study</c>, as a user types it, with models of seconds.</summary>
internal sealed class StudyTests
{
    private static readonly string[] _study =
    [
        "study", "data.folder=null", "data.glue=glue", "seeds=1", "parallel=2", "study.tasks=[sst2]",
        "study.pretrain=[arch=tiny, train=tiny, arch.hidden=16, arch.sequence_length=24, train.steps=3, train.held_out_fraction=0.1, "
            + "train.vocabulary_size=200, 'data.text=[text.txt]']",
        "study.finetune=[mode=full, finetune.steps=2, finetune.batch=8]",
    ];

    private StageProgram _program = null!;

    [SetUp]
    public void Start()
    {
        _program = new StageProgram();
        SmallData.WriteText(_program.Folder);
        SmallData.WriteGlue(_program.Folder);
    }

    [TearDown]
    public void End() => _program.Dispose();

    [Test]
    public async Task Every_variant_is_run_as_its_commands_say_and_a_resumed_study_runs_what_is_missing()
    {
        Assert.That(await _program.RunAsync(_study), Is.EqualTo(ExitCode.Success), () => _program.Error);
        Assert.That(_program.Output, Does.Match(@"\| softmax, ReLU gate +\| +1 \| +\d\.\d{3} \| +0\.000 \| +\d\.\d{3} \| +\d\.\d{3} \|\n"));
        Assert.That(_program.Output, Does.Match(@"\| best constant answer +\| +\| +\| +\| +0\.\d{3} \|").And.Contain("outputs/study/study.md"));
        var runs = new CsvFile(PathOf("study/runs.csv"));
        string[] variants =
        [
            "softmax-relu", "gaussian-relu", "polynomial-relu", "polynomial-bilinear", "gaussian-relu-free", "polynomial-bilinear-free",
        ];
        Assert.That(runs.Texts("variant"), Is.EquivalentTo(variants));
        Assert.That(File.ReadAllText(PathOf("study-gaussian-relu-0/config.yaml")), Does.Contain("kernel: gaussian").And.Contain("gate: relu"));
        var summary = new CsvFile(PathOf("study-gaussian-relu-0-tasks/summary.csv"));
        Assert.That(
            runs.Numbers("score")[Array.IndexOf(runs.Texts("variant"), "gaussian-relu")], Is.EqualTo(summary.Numbers("median")[0]));

        // One run's scores are gone: that run alone fine-tunes again, on the model that it has.
        Directory.Delete(PathOf("study-gaussian-relu-0-tasks"), recursive: true);
        var written = variants.ToDictionary(variant => variant, variant => File.GetLastWriteTimeUtc(PathOf($"study-{variant}-0/metrics.csv")));
        Assert.That(await _program.RunAsync([.. _study, "resume=outputs/study"]), Is.EqualTo(ExitCode.Success), () => _program.Error);
        Assert.That(_program.Error, Does.Contain("6/6 runs").And.Contain("finetune study-gaussian-relu-0-tasks").And.Not.Contain("pretrain study"));
        Assert.That(new CsvFile(PathOf("study/runs.csv")).Numbers("score"), Is.EquivalentTo(runs.Numbers("score")));
        foreach (string variant in variants)
            Assert.That(File.GetLastWriteTimeUtc(PathOf($"study-{variant}-0/metrics.csv")), Is.EqualTo(written[variant]), variant);

        Assert.That(await _program.RunAsync([.. _study, "resume=outputs/study", "study.title=another"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.Contain("was made with study.title = Attention kernel, gate and range penalties, and this run has another"));
    }

    [TestCase("'data' has no glue folder, which the study's tasks need", "study", "data.glue=null")]
    [TestCase("where there is no config.yaml; name the folder of an interrupted run", "study", "resume=outputs/study")]
    [TestCase("nothing reads the key 'arch.gat'; did you mean 'arch.gate'?", "study", "study.pretrain=[arch.gat=relu]")]
    [TestCase("the group 'eval/tasks' has no choice 'sst3'", "study", "study.tasks=[sst3]")]
    [TestCase("'study.variants' is empty", "study", "study.variants=[]")]
    [TestCase("'study.variants' names 'a' twice", "study",
        "study.variants=[{name: a, label: A, pretrain: []}, {name: a, label: B, pretrain: []}]")]
    [TestCase("'study.variants[0].name' is '../a'", "study", "study.variants=[{name: ../a, label: A, pretrain: []}]")]
    public async Task Bad_input_is_one_line_and_exit_code_2_and_runs_nothing(string expected, params string[] arguments)
    {
        Assert.That(await _program.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.StartWith("error: ").And.Contain(expected));
        Assert.That(_program.Error.Count(character => character == '\n'), Is.EqualTo(1));
        Assert.That(Directory.Exists(_program.Folder.Combine("outputs")), Is.False);
    }

    [Test]
    public async Task A_run_that_fails_ends_the_study_with_its_line()
    {
        File.Delete(_program.Folder.Combine("text.txt"));
        Assert.That(await _program.RunAsync(_study), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error.TrimEnd().Split('\n')[^1], Does.StartWith("error: ").And.Contain("text.txt: there is no such file"));
    }

    private string PathOf(string relative) => _program.Folder.Combine("outputs/" + relative);
}
