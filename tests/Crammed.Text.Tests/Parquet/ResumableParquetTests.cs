using Crammed.Tests;
using Crammed.Text.Parquet;

namespace Crammed.Text.Tests.Parquet;

/// <summary>Files that a process began and another completes; a killed process is one whose writer is never disposed.</summary>
public class ResumableParquetTests
{
    private const int RowGroups = 4;

    private static readonly ParquetField[] _fields =
        [new("number", ParquetFieldType.Int32), new("list", ParquetFieldType.Float, IsList: true), new("text", ParquetFieldType.String)];

    private static readonly Dictionary<string, string> _keyValues = new() { ["model"] = "m", ["seed"] = "1" };

    private TemporaryFolder _folder = null!;
    private string _path = "";
    private byte[] _whole = [];

    [SetUp]
    public void WriteInOnePiece()
    {
        _folder = new TemporaryFolder();
        string whole = _folder.File("whole");
        using ParquetWriter writer = ParquetWriter.Create(whole, _fields);
        foreach ((string key, string value) in _keyValues)
            writer.AddKeyValue(key, value);
        for (int group = 0; group < RowGroups; group++)
            writer.WriteRowGroup(Columns(group));
        writer.Complete();
        _whole = File.ReadAllBytes(whole);
        File.Delete(whole);
        _path = _folder.File("file");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Whatever_was_written_of_the_next_row_group_the_file_ends_the_same([Range(0, RowGroups)] int groups)
    {
        Begin(groups);
        // Where the footer of an uninterrupted file stands there may be part of a row group, part of the footer, or all but the rename.
        foreach (int surplus in new[] { 0, 1, 100, 5000 })
        {
            using (var part = new FileStream(_path + ".part", FileMode.Append))
                part.Write(new byte[surplus]);
            using ParquetWriter writer = Resume();
            Assert.That(writer.RowCount, Is.EqualTo(Enumerable.Range(0, groups).Sum(Rows)));
        }
        Complete(groups);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(_whole));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "file" }));
    }

    [Test]
    public void A_temporary_footer_of_a_killed_process_is_passed_over()
    {
        Begin(2);
        File.WriteAllText(_path + ".part.footer.0123.tmp", "half a foot");
        Complete(2);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(_whole));
    }

    [Test]
    public void Nothing_is_left_where_no_row_group_was_complete()
    {
        Resume().Dispose();
        Assert.That(_folder.Names(), Is.Empty);
    }

    [Test]
    public void What_is_left_can_be_discarded()
    {
        Begin(2);
        ParquetWriter.Discard(_path);
        Assert.That(_folder.Names(), Is.Empty);
        Complete(0);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(_whole));
    }

    [TestCase("model", "n", "was begun with model = 'm', and now it is 'n'")]
    [TestCase("prefix", "norm", "was begun with no prefix, and now it is 'norm'")]
    [TestCase("seed", null, "was begun with 'seed', which now is not set")]
    public void Other_metadata_is_refused_and_nothing_is_lost(string key, string? value, string expected)
    {
        Begin(2);
        var other = new Dictionary<string, string>(_keyValues);
        if (value is null)
            other.Remove(key);
        else
            other[key] = value;
        Assert.That(
            () => ParquetWriter.Resume(_path, _fields, other),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{_path}: {expected}"));
        Complete(2);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(_whole));
    }

    [Test]
    public void Other_columns_are_refused()
    {
        Begin(1);
        Assert.That(
            () => ParquetWriter.Resume(_path, _fields[..2], _keyValues),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("was begun with other columns"));
    }

    [Test]
    public void Lost_row_groups_are_noticed()
    {
        Begin(3);
        using (var part = new FileStream(_path + ".part", FileMode.Open))
            part.SetLength(part.Length - 1);
        Assert.That(
            Resume,
            Throws.TypeOf<InvalidDataException>()
                .With.Message.StartsWith($"{_path}.part.footer: ").And.Message.Contains("outside the data"));
    }

    [Test]
    public void A_damaged_footer_is_refused([Range(0, 60, 5)] int length)
    {
        Begin(2);
        byte[] footer = File.ReadAllBytes(_path + ".part.footer");
        File.WriteAllBytes(_path + ".part.footer", footer[..length]);
        Assert.That(Resume, Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"{_path}.part.footer"));
    }

    [Test]
    public void Two_processes_cannot_write_one_file()
    {
        using ParquetWriter writer = Resume();
        Assert.That(Resume, Throws.InstanceOf<IOException>().With.Message.Contains("file.part"));
    }

    /// <summary>Writes so many row groups and forgets the writer, as a killed process does.</summary>
    private void Begin(int groups)
    {
        using ParquetWriter writer = Resume();
        for (int group = 0; group < groups; group++)
            writer.WriteRowGroup(Columns(group));
    }

    private void Complete(int groups)
    {
        using ParquetWriter writer = Resume();
        for (int group = groups; group < RowGroups; group++)
            writer.WriteRowGroup(Columns(group));
        writer.Complete();
    }

    private ParquetWriter Resume() => ParquetWriter.Resume(_path, _fields, _keyValues);

    private static int Rows(int group) => 3 + group;

    private static ColumnData[] Columns(int group)
    {
        int rows = Rows(group);
        var random = new Random(group);
        int[] offsets = [.. Enumerable.Range(0, rows + 1).Select(row => 100 * row)];
        return
        [
            ColumnData.Of(Enumerable.Range(group, rows).ToArray()),
            ColumnData.OfLists([.. Enumerable.Range(0, offsets[^1]).Select(_ => random.NextSingle())], offsets),
            ColumnData.Of(Enumerable.Range(0, rows).Select(row => $"{group}/{row}").ToArray()),
        ];
    }
}
