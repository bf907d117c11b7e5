using Crammed.Cli.Stages;

namespace Crammed.Cli.Tests.Stages;

internal sealed class KeptStagesTests
{
    private readonly List<string> _said = [];
    private TemporaryFolder _folder = null!;
    private int _runs;

    [SetUp]
    public void Start()
    {
        _folder = new TemporaryFolder();
        _said.Clear();
        _runs = 0;
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_stage_that_was_made_from_the_same_is_kept()
    {
        Run("1");
        Run("1");
        Assert.That(_runs, Is.EqualTo(1));
        Assert.That(_said, Is.EqualTo(new[] { "== stage", "== stage: kept" }));
        Assert.That(File.Exists(_folder.Combine("output/1")));
    }

    [Test]
    public void What_is_made_from_something_else_is_removed_first()
    {
        Run("1");
        Run("2");
        Assert.That(_runs, Is.EqualTo(2));
        Assert.That(Directory.GetFiles(_folder.Combine("output")).Select(Path.GetFileName), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public void An_interrupted_stage_goes_on_with_what_it_left_and_its_time_adds_up()
    {
        Assert.That(() => Open().Run("stage", From("1"), ["output"], () =>
        {
            Directory.CreateDirectory(_folder.Combine("output"));
            File.WriteAllText(_folder.Combine("output/half"), "");
            Thread.Sleep(20);
            throw new OperationCanceledException();
        }), Throws.InstanceOf<OperationCanceledException>());
        var before = Open().Stages.Single();
        Assert.That(before.IsDone, Is.False);
        Run("1");
        Assert.That(File.Exists(_folder.Combine("output/half")));
        var after = Open().Stages.Single();
        Assert.That(after.IsDone);
        Assert.That(after.Seconds, Is.GreaterThanOrEqualTo(0.02).And.GreaterThanOrEqualTo(before.Seconds));
    }

    [Test]
    public void A_damaged_list_is_one_line()
    {
        File.WriteAllText(_folder.Combine(KeptStages.FileName), "[{}]");
        Assert.That(() => Open(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(KeptStages.FileName));
    }

    private void Run(string from) => Open().Run("stage", From(from), ["output"], () =>
    {
        _runs++;
        Directory.CreateDirectory(_folder.Combine("output"));
        File.WriteAllText(_folder.Combine($"output/{from}"), "");
    });

    private KeptStages Open() => KeptStages.Open(_folder.Path, _said.Add);

    private static Dictionary<string, string> From(string value) => new() { ["input"] = value };
}
