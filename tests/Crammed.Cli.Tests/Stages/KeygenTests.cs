using Crammed.Ckks;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed keygen</c> says what its keys take, and makes none where there is no room.</summary>
internal sealed class KeygenTests
{
    private static readonly string[] Arguments = ["keygen", $"plan={PlannedRun.Plan}"];

    private StageProgram _program = null!;

    [SetUp]
    public void Start() => _program = new StageProgram();

    [TearDown]
    public void End() => _program.Dispose();

    /// <summary>The printed sizes are those of the file that was made.</summary>
    [Test]
    public async Task It_prints_what_the_keys_take_and_what_was_free()
    {
        _program.Resources = new Room(Disk: 3L << 40, Memory: 5L << 40);
        Assert.That(await _program.RunAsync(Arguments), Is.EqualTo(ExitCode.Success), _program.Error);
        var file = _program.Folder.Combine("outputs/keys/public/evaluation.keys");
        var size = NumberText.Bytes(new FileInfo(file).Length);
        using var keys = EvaluationKeys.Open(file, CkksParameters.Create(NamedParameters.Find("insecure-N12")));
        var rotations = keys.Manifest.Count(key => key.Kind == EvaluationKeyKind.Rotation);
        var memory = NumberText.Bytes(keys.Manifest.Sum(key => key.MemoryBytes));
        var lines = _program.Output.TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(5));
        Assert.That(lines[0], Is.EqualTo($"keys       relinearization and {rotations} rotation keys"));
        Assert.That(lines[1], Is.EqualTo($"on disk    {size} needed, 3.00 TiB free (disk)"));
        Assert.That(lines[2], Does.Match(@"^in memory  \S+ [KMG]iB needed while keys are made, 5\.00 TiB free \(memory\)$"));
        Assert.That(lines[3], Is.EqualTo($"loaded     {memory} of memory once all keys are in use"));
        Assert.That(lines[4], Does.StartWith("outputs/keys: insecure-N12").And.EndsWith("private/ is yours alone, public/ is the server's"));
        // The last of its progress, which goes to the other stream.
        Assert.That(_program.Error, Does.Contain($"{memory}/{memory}").And.Contain($"{rotations + 1} of {rotations + 1} keys"));
    }

    [TestCase(1000L, long.MaxValue, "outputs/keys/public/evaluation.keys: saving ", "1000 bytes free in disk; ")]
    [TestCase(long.MaxValue, 1000L, "outputs/keys/public/evaluation.keys: saving ", "1000 bytes free (memory); ")]
    public async Task Without_room_it_is_one_line_and_exit_code_2_and_writes_nothing(long disk, long memory, string begin, string found)
    {
        _program.Resources = new Room(disk, memory);
        Assert.That(await _program.RunAsync(Arguments), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
        Assert.That(_program.Error, Does.StartWith($"error: {_program.Folder.Combine(begin)}").And.Contain(found));
        Assert.That(_program.Output, Is.Empty);
        Assert.That(Directory.Exists(_program.Folder.Combine("outputs")), Is.False);
    }

    /// <summary>Room is looked for before the earlier run is deleted.</summary>
    [Test]
    public async Task An_earlier_run_survives_where_there_is_no_room_to_overwrite_it()
    {
        Assert.That(await _program.RunAsync(Arguments), Is.EqualTo(ExitCode.Success), _program.Error);
        var folder = _program.Folder.Combine("outputs/keys");
        var before = Directory.GetFiles(folder).Order().Select(path => (path, Convert.ToHexString(File.ReadAllBytes(path)))).ToList();
        _program.Resources = new Room(1000, long.MaxValue);
        Assert.That(await _program.RunAsync([.. Arguments, "--overwrite"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.Contain("the earlier file stays until the new one is whole"));
        Assert.That(
            Directory.GetFiles(folder).Order().Select(path => (path, Convert.ToHexString(File.ReadAllBytes(path)))), Is.EqualTo(before));
    }

    private sealed record Room(long Disk, long Memory) : ISystemResources
    {
        FreeSpace? ISystemResources.Memory => new FreeSpace(Memory, "memory", IsMemory: true);

        FreeSpace? ISystemResources.Disk(string folder) => new FreeSpace(Disk, "disk", IsMemory: false);
    }
}
