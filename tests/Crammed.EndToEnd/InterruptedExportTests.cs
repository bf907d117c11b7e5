using System.Diagnostics;
using System.Globalization;
using Crammed.Bert;
using Crammed.Model;

namespace Crammed.EndToEnd;

/// <summary>Exports by a process of its own that is killed or interrupted, and by another that goes on.</summary>
[TestFixture]
public sealed class InterruptedExportTests
{
    private const int Examples = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string[] Words = ["the", "bird", "dog", "fish", "sees", "hears", "a", "river", "again", "and"];

    private string _folder = "";
    private byte[] _whole = [];

    private static string[] Command =>
    [
        "export-glue", "--config-dir", Installation.Configs, "model=model", "eval/tasks=sst2", "data.glue=glue",
        "eval.save_train_data=true", "impl.threads=1",
    ];

    [OneTimeSetUp]
    public void ExportInOnePiece()
    {
        _folder = Directory.CreateTempSubdirectory("crammed-export-").FullName;
        string vocabulary = Path.Combine(_folder, "vocab.txt");
        File.WriteAllLines(vocabulary, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]);
        using (var model = new BertModel(Configuration, seed: 1))
            Checkpoint.Save(model, vocabulary, Path.Combine(_folder, "model"));
        string tasks = Directory.CreateDirectory(Path.Combine(_folder, "glue", "sst2")).FullName;
        var random = new Random(1);
        File.WriteAllLines(
            Path.Combine(tasks, "train.tsv"),
            Enumerable.Range(0, Examples).Select(i => $"{string.Join(' ', random.GetItems(Words, 3 + (i % 17)))}\t{i % 2}").Prepend("sentence\tlabel"));
        var run = Installation.Run("crammed.dll", _folder, [.. Command, "name=whole"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        _whole = File.ReadAllBytes(FileOf("whole"));
    }

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    private static BertConfiguration Configuration => BertConfiguration.Named("crammed-bert-he") with
    {
        Layers = 1,
        Hidden = 8,
        Heads = 2,
        FeedForward = 16,
        SequenceLength = 16,
        VocabularySize = 15,
    };

    [Test]
    public void An_export_that_is_killed_again_and_again_ends_like_one_in_a_single_piece()
    {
        string[] command = [.. Command, "name=killed"];
        int kills = 0;
        for (; kills < 4; kills++)
        {
            // A footer that changed says that a row group more is on the disk; what is being written then is cut wherever it is.
            if (!KillAfterNextRowGroup([.. command, .. Resume("killed", kills > 0)]))
                break;
            Assert.That(File.Exists(FileOf("killed")), Is.False);
        }
        Assert.That(kills, Is.Positive, "no export was killed before it was complete");
        var last = Installation.Run("crammed.dll", _folder, [.. command, .. Resume("killed", true)]);
        Assert.That(last.ExitCode, Is.Zero, last.Errors);
        Assert.That(File.ReadAllBytes(FileOf("killed")), Is.EqualTo(_whole));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(FileOf("killed"))!, "*.part*"), Is.Empty);
    }

    [Test]
    public void Control_C_ends_with_130_and_the_words_that_go_on()
    {
        string[] command = [.. Command, "name=stopped"];
        using (var process = Installation.Start("crammed.dll", _folder, command))
        {
            var errors = process.StandardError.ReadToEndAsync();
            Assert.That(WaitForChange(process, FileOf("stopped") + ".part.footer", default), "no row group was written");
            using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
                kill.WaitForExit();
            Assert.That(process.WaitForExit(Patience));
            Assert.That(process.ExitCode, Is.EqualTo(130), errors.Result);
            Assert.That(errors.Result.TrimEnd('\n').Split('\n')[^1], Does.Match(
                @"^interrupted: kept [\d,]+ of 60,000 examples of sst2's training split in outputs/stopped; "
                + @"to go on, repeat the command with resume=outputs/stopped$"));
        }
        var other = Installation.Run("crammed.dll", _folder, [.. command, "resume=outputs/stopped", "seed=2"]);
        Assert.That(
            (other.ExitCode, other.Errors.TrimEnd('\n').Split('\n')[^1]),
            Is.EqualTo((2, "error: outputs/stopped/config.yaml was made with seed = 1, and this run has 2; "
                + "give what it was made with, or another name=")));
        var run = Installation.Run("crammed.dll", _folder, [.. command, "resume=outputs/stopped"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(File.ReadAllBytes(FileOf("stopped")), Is.EqualTo(_whole));
    }

    private static string[] Resume(string name, bool resumes) => resumes ? [$"resume=outputs/{name}"] : [];

    private string FileOf(string name) => Path.Combine(_folder, "outputs", name, "train.parquet");

    /// <summary>Whether the process was killed before it ended by itself.</summary>
    private bool KillAfterNextRowGroup(string[] command)
    {
        string footer = FileOf("killed") + ".part.footer";
        var before = File.GetLastWriteTimeUtc(footer);
        using var process = Installation.Start("crammed.dll", _folder, command);
        var errors = process.StandardError.ReadToEndAsync();
        bool changed = WaitForChange(process, footer, before);
        if (!changed)
        {
            Assert.That(process.ExitCode, Is.Zero, errors.Result);
            return false;
        }
        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0;
    }

    private static bool WaitForChange(Process process, string file, DateTime before)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(file) || File.GetLastWriteTimeUtc(file) == before)
        {
            Assert.That(clock.Elapsed, Is.LessThan(Patience), "the export does not get on");
            if (process.WaitForExit(5))
                return false;
        }
        return true;
    }
}
