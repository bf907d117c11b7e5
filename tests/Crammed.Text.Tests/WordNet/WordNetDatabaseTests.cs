namespace Crammed.Text.Tests;

public class WordNetDatabaseTests
{
    private const string Entity = "00000000 03 n 01 entity 0 000 | that which exists  \n";
    private const string Thing = "00000052 05 n 02 thing 0 small_thing a 001 @ 00000000 n 0000 | a separate entity; \"a thing\"  \n";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        foreach (var name in (string[])["data.verb", "data.adj", "data.adv"])
            File.WriteAllText(_folder.Combine(name), "  1 licence\n");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Load_ReadsConceptsAndPointers()
    {
        var database = Load(Entity + Thing);
        var thing = database.Synsets[1];
        Assert.That(thing.Id, Is.EqualTo("00000052-n"));
        Assert.That(LexicographerFiles.Names[thing.LexicographerFile], Is.EqualTo("noun.animal"));
        Assert.That(thing.Words, Is.EqualTo((string[])["thing", "small_thing"]));
        Assert.That(thing.Definition, Is.EqualTo("a separate entity"));
        Assert.That(thing.Examples, Is.EqualTo((string[])["a thing"]));
        Assert.That(thing.Pointers.Single().IsHypernym, Is.True);
        Assert.That(database[thing.Pointers.Single()], Is.SameAs(database.Synsets[0]));
    }

    [TestCase("00000000 03 n 01 entity 0 000 that which exists\n", "line 1: gloss is nothing")]
    [TestCase("00000001 03 n 01 entity 0 000 | x\n", "line 1: offset is 00000001; expected the line's own position in the file, 00000000")]
    [TestCase("0000000x 03 n 01 entity 0 000 | x\n", "line 1: offset is '0000000x'; expected a number")]
    [TestCase("00000000 45 n 01 entity 0 000 | x\n", "lexicographer file is '45'; expected a number from 0 to 44")]
    [TestCase("00000000 03 v 01 entity 0 000 | x\n", "type is 'v'; expected one of n")]
    [TestCase("00000000 03 n 00 000 | x\n", "number of words is '00'")]
    [TestCase("00000000 03 n ff entity 0 | x\n", "word is nothing; expected a field")]
    [TestCase("00000000 03 n 01 entity 0 001 | x\n", "pointer symbol is nothing")]
    [TestCase("00000000 03 n 01 entity 0 001 @ 00000000 x 0000 | x\n", "pointer's part of speech is 'x'")]
    [TestCase("00000000 03 n 01 entity 0 001 @ 00000009 n 0000 | x\n", "line 1: a pointer leads to 00000009, where no concept is")]
    [TestCase("00000000 03 n 01 entity 0 000 |  \n", "gloss is nothing; expected a definition")]
    public void Load_RefusesMalformedLines(string line, string message) =>
        Assert.That(
            () => Load(line), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("data.noun").And.Message.Contains(message));

    /// <summary>The published statistics of WordNet 3.0 (wnstats(7WN)): synsets of each part of speech.</summary>
    [TestCase("n", 82_115)]
    [TestCase("v", 13_767)]
    [TestCase("as", 18_156)]
    [TestCase("r", 3621)]
    public void Debian_HasThePublishedCounts(string partsOfSpeech, int count) =>
        Assert.That(SharedFolders.WordNet().Synsets.Count(synset => partsOfSpeech.Contains(synset.PartOfSpeech)), Is.EqualTo(count));

    [Test]
    public void Debian_DogIsAnAnimal()
    {
        var database = SharedFolders.WordNet();
        var dog = database.Synsets.Single(synset => synset.Words.Contains("Canis_familiaris"));
        Assert.That(LexicographerFiles.Names[dog.LexicographerFile], Is.EqualTo("noun.animal"));
        Assert.That(dog.Examples, Is.EqualTo((string[])["the dog barked all night"]));
        var kinds = dog.Pointers.Where(pointer => pointer.IsHypernym).SelectMany(pointer => database[pointer].Words);
        Assert.That(kinds, Is.SupersetOf((string[])["canine", "domestic_animal"]));
    }

    private WordNetDatabase Load(string nouns)
    {
        File.WriteAllText(_folder.Combine("data.noun"), nouns);
        return WordNetDatabase.Load(_folder.Combine(""));
    }
}
