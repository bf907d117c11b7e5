namespace Crammed.EndToEnd;

/// <summary>Exports by a process that is killed, interrupted or out of room, and by another that goes on.</summary>
[TestFixture]
public sealed class InterruptedExportTests
{
    private GeneratedTask _task = null!;
    private IReadOnlyDictionary<string, byte[]> _whole = null!;

    private static string[] Command => ["export-glue", .. GeneratedTask.Overrides, "eval.save_train_data=true"];

    [OneTimeSetUp]
    public void ExportInOnePiece()
    {
        // Wide enough for parts that are larger than TorchSharp's library, for which the limit on the size of files counts too.
        _task = new GeneratedTask(hidden: 32);
        Succeed("name=whole");
        _whole = Content("whole");
    }

    [OneTimeTearDown]
    public void Clean() => _task.Dispose();

    [Test]
    public void An_export_that_is_killed_again_and_again_ends_like_one_in_a_single_piece()
    {
        var kills = 0;
        // A manifest that changed says that a part more is on the disk; what is being written then is cut wherever it is.
        while (kills < 4 && KillAfterNextPart([.. Command, "name=killed", .. Resume("killed", kills > 0)]))
        {
            kills++;
            Assert.That(Directory.Exists(FolderOf("killed")), Is.False);
        }
        Assert.That(kills, Is.Positive, "no export was killed before it was complete");
        Succeed("name=killed", "resume=outputs/killed");
        AssertWhole("killed");
    }

    [Test]
    public void Control_C_ends_with_130_and_the_words_that_go_on()
    {
        using (var process = Installation.Start("crammed.dll", _task.Folder, [.. Command, "name=stopped"]))
        {
            var errors = process.StandardError.ReadToEndAsync();
            Assert.That(Installation.WaitForFile(process, ManifestOf("stopped")), "no part was written");
            Installation.Interrupt(process);
            Assert.That(process.ExitCode, Is.EqualTo(130), errors.Result);
            Assert.That(Last(errors.Result), Does.Match(
                @"^interrupted: kept [\d,]+ of 60,000 examples of sst2's training split in outputs/stopped; "
                + @"to go on, repeat the command with resume=outputs/stopped$"));
        }
        var other = Run("name=stopped", "resume=outputs/stopped", "seed=2");
        Assert.That(
            (other.ExitCode, Last(other.Errors)),
            Is.EqualTo((2, "error: outputs/stopped/config.yaml was made with seed = 1, and this run has 2; "
                + "give what it was made with, or another name=")));
        Succeed("name=stopped", "resume=outputs/stopped");
        AssertWhole("stopped");
    }

    /// <summary>A limit on the size of files stands in for a full disk, which needs a file system of its own.</summary>
    [Test]
    public void Without_room_the_export_stops_in_one_line_and_goes_on_when_there_is_some()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("limits on the size of files are Unix's");
        AssertStops("full", Installation.RunWithFileLimit(
            _whole["part-00000.parquet"].Length / 2, "crammed.dll", _task.Folder, [.. Command, "name=full"]));
        Succeed("name=full", "resume=outputs/full");
        AssertWhole("full");
    }

    /// <summary>What was written before the part that cannot be is kept.</summary>
    [Test]
    public void A_part_that_cannot_be_written_stops_the_export_in_one_line_and_the_others_stay()
    {
        // A folder in the place of a part.
        var obstacle = Directory.CreateDirectory(_task.Output("stuck/train.part/part-00003.parquet/x")).Parent!.FullName;
        File.WriteAllText(_task.Output("stuck/config.yaml"), File.ReadAllText(_task.Output("whole/config.yaml"))
            .Replace("name: \"whole\"", "name: \"stuck\"", StringComparison.Ordinal));
        var run = Run("name=stuck", "resume=outputs/stuck");
        AssertStops("stuck", run, exitCode: 1);
        Assert.That(run.Errors, Does.Contain("part-00003.parquet"));
        Directory.Delete(obstacle, recursive: true);
        var first = _task.Output("stuck/train.part/part-00000.parquet");
        var written = File.GetLastWriteTimeUtc(first);
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(first)!, "part-*"), Has.Length.EqualTo(3));
        Succeed("name=stuck", "resume=outputs/stuck");
        AssertWhole("stuck");
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(FolderOf("stuck"), "part-00000.parquet")), Is.EqualTo(written));
    }

    private static string[] Resume(string name, bool resumes) => resumes ? [$"resume=outputs/{name}"] : [];

    private static string Last(string text) => text.TrimEnd('\n').Split('\n')[^1];

    private string FolderOf(string name) => _task.Output($"{name}/train");

    private string ManifestOf(string name) => _task.Output($"{name}/train.part/manifest.json");

    private Dictionary<string, byte[]> Content(string name) =>
        Directory.GetFiles(FolderOf(name)).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    private (int ExitCode, string Output, string Errors) Run(params string[] words) =>
        Installation.Run("crammed.dll", _task.Folder, [.. Command, .. words]);

    private void Succeed(params string[] words)
    {
        var run = Run(words);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
    }

    private void AssertStops(string name, (int ExitCode, string Output, string Errors) run, int exitCode = 2)
    {
        string[] lines = [.. run.Errors.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("exporting ", StringComparison.Ordinal))];
        Assert.That((run.ExitCode, lines.Length), Is.EqualTo((exitCode, 1)), run.Errors);
        Assert.That(lines[0], Does.StartWith("error: "));
        Assert.That(Directory.Exists(FolderOf(name)), Is.False);
    }

    private void AssertWhole(string name)
    {
        var content = Content(name);
        Assert.That(content.Keys, Is.EquivalentTo(_whole.Keys));
        foreach (var (file, bytes) in _whole)
            Assert.That(content[file].AsSpan().SequenceEqual(bytes), $"another {file} than that of an uninterrupted export");
        Assert.That(Directory.GetFileSystemEntries(_task.Output(name), "*.part"), Is.Empty);
    }

    /// <summary>Whether the process was killed before it ended by itself.</summary>
    private bool KillAfterNextPart(string[] command)
    {
        var manifest = ManifestOf("killed");
        var before = File.GetLastWriteTimeUtc(manifest);
        using var process = Installation.Start("crammed.dll", _task.Folder, command);
        var errors = process.StandardError.ReadToEndAsync();
        if (!Installation.WaitForFile(process, manifest, before))
        {
            Assert.That(process.ExitCode, Is.Zero, errors.Result);
            return false;
        }
        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0;
    }
}
