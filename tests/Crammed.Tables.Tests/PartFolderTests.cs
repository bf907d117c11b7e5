namespace Crammed.Tables.Tests;

/// <summary>Folders that a process began and another completes; a killed process is one whose writer is never completed.</summary>
public class PartFolderTests
{
    private const int Parts = 4;

    private static readonly PartFormat Format = new("numbers", 2, IsCompressed: false);
    private static readonly Dictionary<string, string> Description = new() { ["model"] = "m", ["seed"] = "1" };

    private TemporaryFolder _root = null!;
    private string _folder = "";
    private Dictionary<string, byte[]> _whole = [];

    private string Staging => _folder + ".part";

    [SetUp]
    public void WriteInOnePiece()
    {
        _root = new TemporaryFolder();
        _folder = _root.Combine("folder");
        Complete(0);
        _whole = Content(_folder);
        Directory.Delete(_folder, recursive: true);
    }

    [TearDown]
    public void RemoveFolder() => _root.Dispose();

    [Test]
    public void Whatever_was_written_of_the_next_part_the_folder_ends_the_same([Range(0, Parts)] int parts)
    {
        Begin(parts);
        Directory.CreateDirectory(Staging);
        // A part that is whole and not yet listed, or what a killed process has of one, or of the manifest.
        File.WriteAllBytes(Path.Combine(Staging, $"part-0000{parts}.parquet"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(Staging, $"part-0000{parts}.parquet.0123.tmp"), "half a part");
        File.WriteAllText(Path.Combine(Staging, "manifest.json.0123.tmp"), "half a manifest");
        Complete(parts);
        AssertWhole();
    }

    [Test]
    public void Nothing_is_left_where_no_part_was_complete()
    {
        Resume().Dispose();
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(_folder)!), Is.Empty);
    }

    [Test]
    public void What_is_left_can_be_discarded()
    {
        Begin(2);
        PartFolderWriter<Dictionary<string, string>>.Discard(_folder);
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(_folder)!), Is.Empty);
        Complete(0);
        AssertWhole();
    }

    [Test]
    public void A_new_folder_drops_what_was_left_and_replaces_the_one_that_is_there()
    {
        Complete(0);
        Begin(2);
        using (var writer = PartFolderWriter<Dictionary<string, string>>.Create(_folder, Format, Description))
        {
            Assert.That(writer.Rows, Is.Zero);
            writer.Add(Columns(3));
            Assert.That(Content(_folder), Is.EqualTo(_whole), "replaced only when complete");
            writer.Complete();
        }
        Assert.That(Content(_folder).Keys, Is.EquivalentTo(new[] { "manifest.json", "part-00000.parquet" }));
        Assert.That(Open().Tables().Single().Values<int>("number"), Is.EqualTo(Columns(3)[0].Values));
    }

    [TestCase("model", "n", "was begun with model = 'm', and now it is 'n'")]
    [TestCase("prefix", "norm", "was begun with no prefix, and now it is 'norm'")]
    [TestCase("seed", null, "was begun with 'seed', which now is not set")]
    public void Another_description_is_refused_and_nothing_is_lost(string key, string? value, string expected)
    {
        Begin(2);
        var other = new Dictionary<string, string>(Description);
        if (value is null)
            other.Remove(key);
        else
            other[key] = value;
        Assert.That(
            () => PartFolderWriter<Dictionary<string, string>>.Resume(_folder, Format, other),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{_folder}: {expected}"));
        Complete(2);
        AssertWhole();
    }

    [Test]
    public void Another_format_is_refused()
    {
        Begin(1);
        foreach (var (other, expected) in new[]
        {
            (Format with { Version = 3 }, "format_version is '2', and this program reads 3; make it again."),
            (Format with { Name = "letters" }, "is not of the format letters."),
        })
        {
            Assert.That(
                () => PartFolderWriter<Dictionary<string, string>>.Resume(_folder, other, Description),
                Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"{Staging}/manifest.json: {expected}"));
        }
    }

    /// <summary>What follows a part that is lost or damaged is written again with it.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void Lost_and_damaged_parts_are_written_again(bool isLost)
    {
        Begin(3);
        var path = Path.Combine(Staging, "part-00001.parquet");
        if (isLost)
            File.Delete(path);
        else
            Damage(path);
        using (var writer = Resume())
            Assert.That(writer.Rows, Is.EqualTo(Rows(0)));
        Complete(1);
        AssertWhole();
    }

    [Test]
    public void A_damaged_manifest_is_refused([Range(0, 60, 5)] int length)
    {
        Begin(2);
        var path = Path.Combine(Staging, "manifest.json");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.That(Resume, Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Not.Contains("\n"));
        Assert.That(Directory.GetFiles(Staging), Has.Length.EqualTo(3), "nothing is lost");
    }

    [Test]
    public void Two_processes_cannot_write_one_folder()
    {
        using var writer = Resume();
        Assert.That(Resume, Throws.InstanceOf<IOException>().With.Message.Contains("folder.part"));
        Assert.That(
            () => PartFolderWriter<Dictionary<string, string>>.Create(_folder, Format, Description), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Whether_a_folder_is_complete_is_told()
    {
        bool IsComplete(Dictionary<string, string> description) =>
            PartFolderWriter<Dictionary<string, string>>.IsComplete(_folder, Format, description);
        Begin(2);
        Assert.That(IsComplete(Description), Is.False);
        Complete(2);
        Assert.That(IsComplete(Description), Is.True);
        Assert.That(
            () => IsComplete(new() { ["model"] = "m", ["seed"] = "2" }),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{_folder}: was written with seed = '1', and now it is '2'"));
    }

    [TestCase("\"rows\": 3", "\"rows\": 2", "has 3 rows, where the manifest says 2")]
    [TestCase("\"rows\": 3", "\"rows\": 0", "part 0 is malformed")]
    [TestCase("\"rows\": 3", "\"rows\": \"3\"", "parts[0].rows is not as it should be")]
    [TestCase("part-00000", "../art-000", "part 0 is malformed")]
    [TestCase("part-00001", "part-00000", "part 1 is malformed")]
    [TestCase("\"sha256\": \"", "\"sha256\": \"0", "part 0 is malformed")]
    [TestCase("\"bytes\"", "\"size\"", "parts[0].size is not as it should be")]
    [TestCase("\"seed\"", "\"model\"", "description.model is not as it should be")]
    [TestCase("\"parts\": [", "\"parts\": null, \"x\": [", "parts is not as it should be")]
    public void A_wrong_manifest_is_refused(string right, string wrong, string reason)
    {
        Complete(0);
        var path = Path.Combine(_folder, "manifest.json");
        var text = File.ReadAllText(path);
        var place = text.IndexOf(right, StringComparison.Ordinal);
        File.WriteAllText(path, text[..place] + wrong + text[(place + right.Length)..]);
        Assert.That(
            () => Open().Tables().Count(),
            Throws.TypeOf<InvalidDataException>()
                .With.Message.StartsWith(_folder).And.Message.Contains(reason).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void A_manifest_without_a_description_is_refused()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(
            Path.Combine(_folder, "manifest.json"), """{ "format": "numbers", "format_version": 2, "description": null, "parts": [] }""");
        Assert.That(Open, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"{_folder}/manifest.json: has no description."));
    }

    [Test]
    public void Missing_cut_and_damaged_parts_are_refused()
    {
        Complete(0);
        var path = Path.Combine(_folder, "part-00002.parquet");
        var bytes = File.ReadAllBytes(path);
        Damage(path);
        Assert.That(
            () => Open().Tables().Count(),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{path}: is damaged").And.Message.Contains("SHA-256"));
        File.WriteAllBytes(path, bytes[..^1]);
        Assert.That(Open, Throws.TypeOf<InvalidDataException>().With.Message.Contains($"{path}: has {bytes.Length - 1} bytes"));
        File.Delete(path);
        Assert.That(Open, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"{path}: is missing."));
        File.Delete(Path.Combine(_folder, "manifest.json"));
        Assert.That(Open, Throws.TypeOf<FileNotFoundException>().With.Message.Contains("manifest.json"));
    }

    /// <summary>
    /// The library that parses loops forever on some damaged files; none gets that far. A loop would pass the test's bound on time.
    /// </summary>
    [Test, CancelAfter(120_000)]
    public void Mutated_folders_are_refused_or_read_as_they_were()
    {
        Complete(0);
        var random = new Random(20241005);
        var files = Directory.GetFiles(_folder);
        var refused = 0;
        for (var trial = 0; trial < 3000; trial++)
        {
            var path = files[random.Next(files.Length)];
            var sound = File.ReadAllBytes(path);
            File.WriteAllBytes(path, Mutation.Of(sound, random));
            var reading = Task.Run(IsRefused);
            Assert.That(reading.Wait(TimeSpan.FromSeconds(20)), $"trial {trial} hangs");
            refused += reading.Result ? 1 : 0;
            File.WriteAllBytes(path, sound);
        }
        Assert.That(refused, Is.InRange(2000, 2999));
    }

    private bool IsRefused()
    {
        try
        {
            foreach (var (table, part) in Open().Tables().Zip(Enumerable.Range(0, Parts)))
                Assert.That(table.Values<int>("number"), Is.EqualTo(Columns(part)[0].Values));
            return false;
        }
        catch (InvalidDataException error)
        {
            Assert.That(error.Message, Does.StartWith(_folder).And.Not.Contain("\n"));
            return true;
        }
    }

    private static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static Dictionary<string, byte[]> Content(string folder) =>
        Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    private void AssertWhole()
    {
        Assert.That(Content(_folder), Is.EqualTo(_whole));
        Assert.That(Directory.Exists(Staging), Is.False);
    }

    private PartFolder<Dictionary<string, string>> Open() => PartFolder<Dictionary<string, string>>.Open(_folder, Format);

    /// <summary>Writes so many parts and forgets the writer, as a killed process does.</summary>
    private void Begin(int parts)
    {
        using var writer = Resume();
        for (var part = 0; part < parts; part++)
            writer.Add(Columns(part));
    }

    private void Complete(int parts)
    {
        using var writer = Resume();
        Assert.That(writer.Rows, Is.EqualTo(Enumerable.Range(0, parts).Sum(Rows)));
        for (var part = parts; part < Parts; part++)
            writer.Add(Columns(part));
        writer.Complete();
    }

    private PartFolderWriter<Dictionary<string, string>> Resume() =>
        PartFolderWriter<Dictionary<string, string>>.Resume(_folder, Format, Description);

    private static int Rows(int part) => 3 + part;

    private static TableColumn[] Columns(int part)
    {
        var (rows, random) = (Rows(part), new Random(part));
        return
        [
            new("number", Enumerable.Range(part, rows).ToArray()),
            new("list", Enumerable.Range(0, 100 * rows).Select(_ => random.NextSingle()).ToArray(),
                [.. Enumerable.Range(0, rows + 1).Select(row => 100 * row)]),
            new("text", Enumerable.Range(0, rows).Select(row => $"{part}/{row}").ToArray()),
        ];
    }
}
