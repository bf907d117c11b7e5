namespace Crammed.EndToEnd;

/// <summary>Fine-tuning from text by a process that is interrupted, or out of room.</summary>
[TestFixture]
public sealed class InterruptedFineTuningTests
{
    private GeneratedTask _task = null!;

    private static string[] Command =>
    [
        "finetune", .. GeneratedTask.Overrides, "train_limit=200", "finetune.steps=10", "finetune.lora.bias=none", "seeds=1000",
    ];

    [OneTimeSetUp]
    public void MakeTask() => _task = new GeneratedTask(hidden: 64);

    [OneTimeTearDown]
    public void Clean() => _task.Dispose();

    [TestCase("lora", "adapter_model.safetensors")]
    [TestCase("full", "model/model.safetensors")]
    public void Control_C_ends_with_130_and_keeps_the_seeds_that_ended(string mode, string weights)
    {
        using var process = Installation.Start("crammed.dll", _task.Folder, [.. Command, $"mode={mode}", $"name={mode}"]);
        var errors = process.StandardError.ReadToEndAsync();
        Assert.That(Installation.WaitForFile(process, _task.Output($"{mode}/sst2/seed-1/{weights}")), () => errors.Result);
        Installation.Interrupt(process);
        Assert.That(process.ExitCode, Is.EqualTo(130), errors.Result);
        var last = errors.Result.TrimEnd('\n').Split('\n')[^1];
        Assert.That(last, Does.Match(
            $@"^interrupted: kept \d+ complete runs in outputs/{mode} \(summary\.csv, metrics\.csv\)"
            + $@"(, and step \d+ of sst2, seed \d+, in outputs/{mode}/sst2/seed-\d+)?$"));
        var complete = int.Parse(last.Split(' ')[2]);
        Assert.That(complete, Is.GreaterThanOrEqualTo(2));
        for (var seed = 0; seed < complete; seed++)
            Assert.That(File.Exists(_task.Output($"{mode}/sst2/seed-{seed}/{weights}")), $"seed {seed}");
        Assert.That(File.ReadAllLines(_task.Output($"{mode}/summary.csv")), Has.Length.EqualTo(2));
    }

    /// <summary>
    /// The model has more bytes than a file may have; the tables of losses, and the binding to libtorch that is loaded from memory, have
    /// fewer.
    /// </summary>
    [Test]
    public void Without_room_for_the_model_there_is_one_line_and_no_part_of_a_file()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("limits on the size of files are Unix's");
        using GeneratedTask task = new(hidden: 768);
        var limit = new FileInfo(Path.Combine(task.Folder, "model", "model.safetensors")).Length / 2;
        var run = Installation.RunWithFileLimit(limit, "crammed.dll", task.Folder, [.. Command, "mode=full", "name=no-room"]);
        var said = run.Errors.TrimEnd('\n').Split('\n');
        string[] lines = [.. said.Where(line => !line.StartsWith("fine-tuning on", StringComparison.Ordinal))];
        Assert.That((run.ExitCode, lines.Length), Is.EqualTo((2, 1)), run.Errors);
        Assert.That(lines[0], Does.StartWith("error: "));
        Assert.That(Directory.GetDirectories(task.Output("no-room/sst2/seed-0")), Is.Empty);
        Assert.That(Directory.GetFiles(task.Output("no-room"), "*.tmp", SearchOption.AllDirectories), Is.Empty);
    }
}
