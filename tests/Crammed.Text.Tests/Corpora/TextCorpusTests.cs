namespace Crammed.Text.Tests;

public class TextCorpusTests
{
    [Test]
    public void EmptyLines_EndDocuments()
    {
        var documents = Read("\n\nOne.\n Two. \n\n \n\nThree.\n", CorpusForm.EmptyLineSeparated, out var path);
        Assert.That(documents.Select(document => document.Paragraphs), Is.EqualTo((string[][])[["One.", "Two."], ["Three."]]));
        Assert.That(documents[0].Text, Is.EqualTo("One.\nTwo."));
        Assert.That(documents.Select(document => document.Name), Is.EqualTo((string[])[$"{path}, line 3", $"{path}, line 8"]));
    }

    [Test]
    public void WikiText_StartsDocumentsAtHeadings()
    {
        const string Text = " \n = Title = \n \n Text . \n \n = = Section = = \n \n a formula \n = x = \n y . \n \n = Other = \n \n End .";
        var documents = Read(Text, CorpusForm.WikiText, out _);
        Assert.That(
            documents.Select(document => document.Paragraphs),
            Is.EqualTo((string[][])[["= Title =", "Text .", "= = Section = =", "a formula", "= x =", "y ."], ["= Other =", "End ."]]));
    }

    /// <summary>Documents and paragraphs as the data's README counts them.</summary>
    [TestCase("text/wikipedia-en.txt.gz", CorpusForm.EmptyLineSeparated, 3213, 36_286)]
    [TestCase("text/books-en.txt.gz", CorpusForm.EmptyLineSeparated, 762, 37_342)]
    [TestCase("text/wikitext2.valid.txt.gz", CorpusForm.WikiText, 60, 2461)]
    [TestCase("text/wikitext2.test.txt.gz", CorpusForm.WikiText, 60, 2891)]
    public void RealFiles_HaveTheirDocuments(string file, CorpusForm form, int documentCount, int paragraphCount)
    {
        List<int> paragraphs = [.. TextCorpus.Read(SharedData.File(file), form).Select(document => document.Paragraphs.Count)];
        Assert.That(paragraphs, Has.Count.EqualTo(documentCount));
        Assert.That(paragraphs.Sum(), Is.EqualTo(paragraphCount));
    }

    private static List<TextDocument> Read(string text, CorpusForm form, out string path)
    {
        using TemporaryFolder folder = new();
        path = folder.Combine("corpus.txt");
        File.WriteAllText(path, text);
        return [.. TextCorpus.Read(path, form)];
    }
}
