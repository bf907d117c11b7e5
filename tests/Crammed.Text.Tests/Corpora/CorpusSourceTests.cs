using Crammed.Text.Tests.Parquet;

namespace Crammed.Text.Tests;

public class CorpusSourceTests : FolderTests
{
    [Test]
    public void AFolder_GivesItsTextsAtAnyDepth_InOrder()
    {
        Directory.CreateDirectory(Folder.Combine("a"));
        foreach (var name in new[] { "b.txt", "a/z.txt.gz", "A.TXT", "notes.tsv", "c.parquet", "txt" })
            File.WriteAllText(Folder.Combine(name), "");
        Assert.That(Names(Folder.Combine("")), Is.EqualTo((string[])["A.TXT", "a/z.txt.gz", "b.txt", "c.parquet"]));
        Assert.That(Names(Folder.Combine("?.*")), Is.EqualTo((string[])["A.TXT", "b.txt", "c.parquet"]));
        Assert.That(Names(Folder.Combine("notes.tsv")), Is.EqualTo((string[])["notes.tsv"]));
        Assert.That(CorpusFiles.Find(Folder.Combine("c.parquet"), ["x"])[0], Is.InstanceOf<ParquetTextSource>());
    }

    [Test]
    public void NoText_IsNamed()
    {
        Assert.That(() => Find("none.txt"), Throws.TypeOf<FileNotFoundException>().With.Message.StartsWith(Folder.Combine("none.txt")));
        Assert.That(() => Find("none/*.txt"), Throws.TypeOf<DirectoryNotFoundException>().With.Message.StartsWith(Folder.Combine("none")));
        Assert.That(() => Find("*.txt"), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("no file has such a name."));
        Assert.That(() => Find(""), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no .txt, .txt.gz or .parquet file"));
    }

    [Test]
    public void ParquetColumns_AreDocumentsOfTheirLines()
    {
        var path = WriteParquet("Title", "one\ntwo\r\n\n three ");
        List<TextDocument> documents = [.. new ParquetTextSource(path, ["title", "text"]).Read()];
        Assert.That(
            documents.Select(document => document.Paragraphs), Is.EqualTo((string[][])[["Title", "one", "two", "three"], ["Title"]]));
        Assert.That(documents[1].Name, Is.EqualTo($"{path}, row 1"));
        Assert.That(new ParquetTextSource(path, ["text"]).Read().Count(), Is.EqualTo(1), "a row without text is no document");
    }

    [Test]
    public void ParquetColumns_ThatAreNoText_AreNamed()
    {
        var path = WriteParquet("Title", "one");
        Assert.That(Read("body"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: there is no column 'body'; its columns: 'title, text, number'."));
        Assert.That(Read("number"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'number' has type INTEGER; expected text."));
        Assert.That(Read("lists"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'lists' holds lists"));
        File.WriteAllText(path, "PAR1");
        Assert.That(Read("text"), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(path));

        Func<object> Read(string column) => () => new ParquetTextSource(path, [column]).Read().Count();
    }

    [Test]
    public void ForeignParquet_GivesItsNestedText()
    {
        var path = SharedData.File("parquet/opus100-en-gu-validation.parquet");
        List<TextDocument> documents = [.. new ParquetTextSource(path, ["translation.en", "translation.gu"]).Read()];
        Assert.That(documents, Has.Count.EqualTo(2000));
        Assert.That(documents, Has.All.Matches<TextDocument>(document => document!.Paragraphs.Count >= 2));
    }

    [Test]
    public void ProgressOfAFile_EndsAtItsLength()
    {
        var path = Folder.Combine("long.txt");
        File.WriteAllLines(path, Enumerable.Range(0, 50_000).Select(i => $"line {i}"));
        List<long> reports = [];
        Assert.That(new TextFileSource(path).Read(reports.Add).Single().Paragraphs, Has.Count.EqualTo(50_000));
        Assert.That(reports, Is.Ordered.And.Count.GreaterThan(5));
        Assert.That(reports[^1], Is.EqualTo(new FileInfo(path).Length));
    }

    [Test]
    public void Duplicates_AreEqualButForCaseAndWhiteSpace()
    {
        DuplicateFilter filter = new();
        bool[] areNew =
        [
            .. new string[][]
                {
                    ["One two", "three"], ["one  TWO three"], ["onetwo three"], ["one\u3000two", "three "], ["\u00c9"], ["\u00e9"],
                }
                .Select(paragraphs => filter.IsNew(new TextDocument("", paragraphs))),
        ];
        Assert.That(areNew, Is.EqualTo((bool[])[true, false, true, false, true, false]));
        Assert.That(filter.Duplicates, Is.EqualTo(3));
    }

    [Test]
    public void ASample_HoldsEveryNthTextWithinItsBound()
    {
        TextSample sample = new(maximumCharacters: 100, longestText: 4);
        for (var i = 0; i < 1000; i++)
            sample.Add($"{i:D4} and more");
        int[] numbers = [.. sample.Texts.Select(int.Parse)];
        Assert.That(numbers, Has.Length.InRange(13, 25));
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, numbers.Length).Select(i => i * (numbers[1] - numbers[0]))));
        TextSample pairs = new(longestText: 2);
        pairs.Add("a\ud83d\ude00");
        Assert.That(pairs.Texts, Is.EqualTo((string[])["a"]));
    }

    private IReadOnlyList<CorpusSource> Find(string name) => CorpusFiles.Find(Folder.Combine(name), ["text"]);

    private IEnumerable<string> Names(string path) =>
        CorpusFiles.Find(path, ["text"]).Select(source => Path.GetRelativePath(Folder.Combine(""), source.Name));

    private string WriteParquet(string title, string text)
    {
        var path = Folder.Combine("texts.parquet");
        return ParquetFiles.Write(
            path,
            $"SELECT $${title}$$ AS title, body AS text, 1 AS number, ['x'] AS lists FROM (VALUES ($${text}$$), (' ')) AS t(body)");
    }
}
