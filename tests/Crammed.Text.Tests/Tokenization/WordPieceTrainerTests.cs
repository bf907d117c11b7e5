namespace Crammed.Text.Tests;

public class WordPieceTrainerTests
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>
    /// Hugging Face's library orders continuation characters at random; with its order taken from its own output, the plain reference
    /// must give its vocabulary token by token. That makes the reference good for the next tests.
    /// </summary>
    [Test]
    public void Reference_GivesHuggingFacesVocabulary()
    {
        var oracle = HuggingFaceOracle.Instance.Training;
        var characters = oracle.Vocabulary.TakeWhile(token => token.Length == 1 || (token.Length == 3 && token[0] == '#'));
        var expected = NaiveWordPieceTrainer.Train(CountWords(oracle.Text), characters, size: 30_000, minimumFrequency: 1);
        Assert.That(oracle.Vocabulary, Has.Length.GreaterThan(400));
        Assert.That(oracle.Vocabulary, Is.EqualTo(expected));
    }

    [TestCase(30_000, 1)]
    [TestCase(200, 1)]
    [TestCase(30_000, 3)]
    public void Train_OnRealText_IsTheReference(int size, int minimumFrequency) =>
        CheckAgainstReference(HuggingFaceOracle.Instance.Training.Text, size, minimumFrequency);

    /// <summary>Two letters in long words: overlapping pairs, and tokens that several pairs make.</summary>
    [Test]
    public void Train_OnRepetitiveWords_IsTheReference([Range(1, 20)] int seed)
    {
        Random random = new(seed);
        string[] text = [.. Enumerable.Range(0, 60).Select(_ => new string(random.GetItems<char>("ab", random.Next(1, 20))))];
        CheckAgainstReference(text, size: 1000, minimumFrequency: 1);
    }

    [Test]
    public void Train_DoesNotDependOnTheOrderOfTexts()
    {
        var text = HuggingFaceOracle.Instance.Training.Text;
        WordPieceTrainerOptions options = new() { VocabularySize = 300 };
        Assert.That(
            WordPieceTrainer.Train(text.Reverse(), options).Tokens, Is.EqualTo(WordPieceTrainer.Train(text, options).Tokens));
    }

    [Test]
    public void Train_KeepsTheMostFrequentCharacters_AndLeavesOutWordsWithOthers()
    {
        WordPieceTrainerOptions options = new() { AlphabetLimit = 2, MinimumFrequency = 1 };
        var tokens = WordPieceTrainer.Train(["aab aab ab caab c c"], options).Tokens;
        Assert.That(tokens, Is.EqualTo((string[])[.. Special, "a", "b", "##a", "##b", "aa", "aab", "ab"]));
    }

    [Test]
    public void Train_LeavesOutWordsTooLongForTheTokenizer()
    {
        WordPieceTrainerOptions options = new() { MinimumFrequency = 1, Tokenization = new BertOptions { MaxInputCharsPerWord = 3 } };
        Assert.That(WordPieceTrainer.Train(["abcd"], options).Tokens, Is.EqualTo((string[])[.. Special, "a", "b", "c", "d"]));
    }

    [Test]
    public void Train_RefusesASizeBelowTheAlphabet() =>
        Assert.That(
            () => WordPieceTrainer.Train(["abc"], new WordPieceTrainerOptions { VocabularySize = 9 }),
            Throws.ArgumentException.With.Message.Contains("10 tokens"));

    [Test]
    public void Train_Stops() =>
        Assert.That(
            () => WordPieceTrainer.Train(["a"], cancellation: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Train_OnWordNet_GivesAVocabularyWithoutUnknownWords()
    {
        List<string> texts = [.. WordNetCorpus.Documents(SharedFolders.WordNet()).Select(document => document.Text)];
        var vocabulary = WordPieceTrainer.Train(texts);
        Assert.That(vocabulary.Count, Is.EqualTo(8192));
        Assert.That(vocabulary.Tokens.Take(5), Is.EqualTo(Special));
        var tokenizer = BertTokenizer.Create(vocabulary);
        int words = 0, tokens = 0;
        foreach (var text in texts.Take(5000))
        {
            var ids = tokenizer.EncodeToIds(text);
            Assert.That(ids, Has.None.EqualTo(tokenizer.UnknownTokenId));
            tokens += ids.Count;
            words += Words.Of(text).Count();
        }
        // Frequent words, which are most of any text, are whole.
        Assert.That(tokens, Is.InRange(words, 1.25 * words));
    }

    private static void CheckAgainstReference(string[] text, int size, int minimumFrequency)
    {
        var counts = CountWords(text);
        string[] first = [.. counts.Keys.SelectMany(word => word.EnumerateRunes()).Distinct().Order().Select(rune => rune.ToString())];
        string[] continuing =
            [.. counts.Keys.SelectMany(word => word.EnumerateRunes().Skip(1)).Distinct().Order().Select(rune => "##" + rune)];
        WordPieceTrainerOptions options = new() { VocabularySize = size, MinimumFrequency = minimumFrequency };
        Assert.That(
            WordPieceTrainer.Train(text, options).Tokens,
            Is.EqualTo(NaiveWordPieceTrainer.Train(counts, [.. Special, .. first, .. continuing], size, minimumFrequency)));
    }

    private static Dictionary<string, int> CountWords(IEnumerable<string> text) =>
        text.SelectMany(line => Words.Of(line)).CountBy(word => word).ToDictionary();
}
