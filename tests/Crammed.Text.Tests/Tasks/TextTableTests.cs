namespace Crammed.Text.Tests;

/// <summary>Files of texts without labels.</summary>
public class TextTableTests : FolderTests
{
    private static readonly UnlabelledText[] Expected = [new("line 2", "7", "one, two", "é"), new("line 3", "8", "z", "y")];

    [TestCase("data.tsv", "b\tid\ta\né\t7\tone, two\ny\t8\tz\n")]
    [TestCase("data.csv", "id,a,b\n7,\"one, two\",é\n8,z,y\n")]
    public void Tables_ReadTheColumnsThatAreNamed(string name, string text)
    {
        Folder.Write(name, text);
        Assert.That(Table(name).Read(), Is.EqualTo(Expected));
    }

    [Test]
    public void Jsonl_HasAnObjectInEachLine()
    {
        Folder.Write("data.jsonl", "{\"id\": 7, \"a\": \"one, two\", \"b\": \"é\", \"label\": 1}\n");
        Assert.That(Table("data.jsonl").Read(), Is.EqualTo(new[] { Expected[0] with { Place = "line 1" } }));
    }

    [Test]
    public void Columns_NameThoseOfAFileWithoutAHeader()
    {
        Folder.Write("data.tsv", "7\tone, two\té\n");
        Assert.That(
            (Table("data.tsv") with { Columns = ["id", "a", "b"] }).Read(), Is.EqualTo(new[] { Expected[0] with { Place = "line 1" } }));
    }

    [Test]
    public void Txt_HasATextInEachLine()
    {
        Folder.Write("data.txt", "one, two\nz\n\n");
        Assert.That(
            Single("data.txt").Read(),
            Is.EqualTo(new UnlabelledText[] { new("line 1", null, "one, two", null), new("line 2", null, "z", null) }));
    }

    [TestCase("data.txt", "one\n \ntwo\n", "data.txt, line 2: the text 'a' is empty; fill it in, or take the row out")]
    [TestCase("data.txt", "", "data.txt: no rows; expected texts")]
    [TestCase("data.md", "one\n", "data.md: the ending '.md' says nothing of what is in it; name it .txt (a text a line), .tsv, .csv, .jsonl, .parquet")]
    [TestCase("data.csv", "b\nx\n", "data.csv, line 1: column 'a' is missing; the columns are 'b'; name it.")]
    public void BadFiles_AreNamed(string name, string text, string expected)
    {
        Folder.Write(name, text);
        Assert.That(
            () => (Single(name) with { Advice = "; name it" }).Read(), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith(expected));
    }

    [Test]
    public void Pairs_AreNoTextFile()
    {
        Folder.Write("data.txt", "one\n");
        Assert.That(() => Table("data.txt").Read(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("give a table with the columns a and b"));
        Assert.That(
            () => (Single("data.txt") with { IdColumn = "id" }).Read(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("a .txt has no column 'id'"));
        Assert.That(() => Table("none.tsv").Read(), Throws.TypeOf<FileNotFoundException>().With.Message.Contains("none.tsv: not found"));
    }

    private TextTable Table(string name) => new() { Path = Folder.Combine(name), TextColumns = ["a", "b"], IdColumn = "id" };

    private TextTable Single(string name) => new() { Path = Folder.Combine(name), TextColumns = ["a"] };
}
