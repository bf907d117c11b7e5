using System.Text;

namespace Crammed.Text.Tests;

public class WordPieceVocabularyTests
{
    [Test]
    public void Write_ThenRead_GivesTheSame()
    {
        using TemporaryFolder folder = new();
        var path = folder.Combine("vocab.txt");
        File.WriteAllText(path, "an older file");
        new WordPieceVocabulary(["a", "##é", "日", "[PAD]"]).Write(path);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(Encoding.UTF8.GetBytes("a\n##é\n日\n[PAD]\n")));
        Assert.That(folder.Names(), Is.EqualTo((string[])["vocab.txt"]));
        var vocabulary = WordPieceVocabulary.Read(path);
        Assert.That(vocabulary.Tokens, Is.EqualTo((string[])["a", "##é", "日", "[PAD]"]));
        Assert.That(vocabulary.TryGetId("日", out var id), Is.True);
        Assert.That(id, Is.EqualTo(2));
        Assert.That(vocabulary[1], Is.EqualTo("##é"));
        Assert.That(vocabulary.TryGetId("x", out _), Is.False);
    }

    [TestCase("", "empty")]
    [TestCase("a\nb\na\n", "line 3: token 'a' occurs twice; it is already line 1")]
    [TestCase("a\n\nb\n", "line 2: the token is empty")]
    public void Read_RefusesMalformedFiles_NamingLineAndToken(string text, string message)
    {
        using TemporaryFolder folder = new();
        var path = folder.Combine("vocab.txt");
        File.WriteAllText(path, text);
        Assert.That(
            () => WordPieceVocabulary.Read(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains(message));
    }

    [Test]
    public void Read_FromAStream_NamesIt() =>
        Assert.That(
            () => WordPieceVocabulary.Read(new MemoryStream([(byte)'a', (byte)'\n', 0xC3]), "given"),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("given, line 2: not UTF-8"));

    [Test]
    public void Constructor_RefusesWhatAFileCouldNotHold()
    {
        Assert.That(() => new WordPieceVocabulary([]), Throws.ArgumentException);
        Assert.That(() => new WordPieceVocabulary(["a", "a"]), Throws.ArgumentException);
        Assert.That(() => new WordPieceVocabulary(["a\nb"]), Throws.ArgumentException);
        Assert.That(() => new WordPieceVocabulary(["a", ""]), Throws.ArgumentException);
    }
}
