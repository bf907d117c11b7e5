using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Tokenizers;

namespace Crammed.Text.Tests;

public class BertTokenizerTests
{
    private static readonly BertTokenizer Tokenizer = BertTokenizer.Create(new WordPieceVocabulary(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "key", "##s", "slot", ",", "Key", "é", "e", "##", "#"]));

    [Test]
    public void EncodeToTokens_GivesPieces_AndWhereTheyStandInTheNormalizedText()
    {
        Tokenizer any = Tokenizer;
        Assert.That(any.EncodeToIds("Keys, slot"), Is.EqualTo((int[])[5, 6, 8, 7]));
        Assert.That(any.CountTokens("keys, slot"), Is.EqualTo(4));
        Assert.That(any.EncodeToIds("keys, slot", maxTokenCount: 2, out _, out var consumed), Is.EqualTo((int[])[5, 6]));
        Assert.That(consumed, Is.EqualTo("keys".Length));
        Assert.That(any.GetIndexByTokenCount("keys, slot", 3, out _, out var count), Is.EqualTo("keys,".Length));
        Assert.That(count, Is.EqualTo(3));
        var tokens = any.EncodeToTokens("K\u00e9ys [SEP]z", out var normalized);
        Assert.That(normalized, Is.EqualTo("keys [SEP]z"));
        Assert.That(tokens.Select(token => token.Value), Is.EqualTo((string[])["key", "##s", "[SEP]", "[UNK]"]));
        Assert.That(tokens.Select(token => normalized![token.Offset]), Is.EqualTo((string[])["key", "s", "[SEP]", "z"]));
    }

    [Test]
    public void EncodeToIds_WithoutSteps_LeavesThemOut()
    {
        Assert.That(
            Tokenizer.EncodeToIds("Key key", considerNormalization: false), Is.EqualTo((int[])[9, 5]));
        Assert.That(Tokenizer.EncodeToIds("key,", considerPreTokenization: false), Is.EqualTo((int[])[1]));
        Assert.That(Tokenizer.EncodeToIds("", considerPreTokenization: false), Is.Empty);
    }

    [Test]
    public void Options_ChangeWhatTheyName()
    {
        Assert.That(Ids("Key é", new BertOptions { LowerCaseBeforeTokenization = false }), Is.EqualTo((int[])[9, 10]));
        Assert.That(Ids("Key É", new BertOptions { RemoveNonSpacingMarks = false }), Is.EqualTo((int[])[5, 10]));
        Assert.That(Ids("Key É"), Is.EqualTo((int[])[5, 11]));
        Assert.That(Ids("Ke\u0001y", new BertOptions { CleanText = false }), Is.EqualTo((int[])[1]));
        Assert.That(Ids("key[SEP]e", new BertOptions { AdditionalSpecialTokens = [",", "e"] }), Is.EqualTo((int[])[1, 11, 1, 3, 11]));
        Assert.That(Ids("key,", new BertOptions { ApplyBasicTokenization = false }), Is.EqualTo((int[])[1]));
        Assert.That(Ids("[MASK]", new BertOptions { SplitOnSpecialTokens = false }), Is.EqualTo((int[])[1, 1, 1]));
        Assert.That(Ids("keys", new BertOptions { MaxInputCharsPerWord = 3 }), Is.EqualTo((int[])[1]));
        Assert.That(Ids("keyskey", new BertOptions { ContinuingSubwordPrefix = "ke" }), Is.EqualTo((int[])[1]));

        static IReadOnlyList<int> Ids(string text, BertOptions? options = null) =>
            BertTokenizer.Create(Tokenizer.Vocabulary, options).EncodeToIds(text);
    }

    [Test]
    public void MalformedUtf16_IsDeleted() =>
        Assert.That(Tokenizer.EncodeToIds("ke\ud800y"), Is.EqualTo((int[])[5]));

    /// <summary>As Hugging Face's, whose limit is in characters; the package counts UTF-16 units.</summary>
    [Test]
    public void LongWords_AreCountedInCharacters()
    {
        const string Gothic = "\U00010330";
        var tokenizer = BertTokenizer.Create(
            new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", Gothic, $"##{Gothic}"]),
            new BertOptions { MaxInputCharsPerWord = 3 });
        Assert.That(tokenizer.EncodeToIds(Gothic + Gothic + Gothic), Is.EqualTo((int[])[5, 6, 6]));
        Assert.That(tokenizer.EncodeToIds(Gothic + Gothic + Gothic + Gothic), Is.EqualTo((int[])[1]));
    }

    /// <summary>A special token is one only where the text itself has it: not where clean-up or lower-casing makes one.</summary>
    [Test]
    public void SpecialTokens_AreFoundInTheTextAsItIs()
    {
        var cased = BertTokenizer.Create(Tokenizer.Vocabulary, new BertOptions { LowerCaseBeforeTokenization = false });
        Assert.That(cased.EncodeToIds("Key[SEP]Key"), Is.EqualTo((int[])[9, 3, 9]));
        Assert.That(cased.EncodeToIds("Key[SE\u0001P]Key"), Is.EqualTo((int[])[9, 1, 1, 1, 9]));
        Assert.That(Tokenizer.EncodeToIds("[sep]"), Is.EqualTo((int[])[1, 1, 1]));
    }

    [Test]
    public void Inputs_TellTheTextsApartByTokenTypes()
    {
        InputEncoder encoder = new(Tokenizer);
        var encoding = encoder.Encode("keys", "slot", 8);
        Assert.That(encoding.Ids, Is.EqualTo((int[])[2, 5, 6, 3, 7, 3, 0, 0]));
        Assert.That(encoding.TokenTypeIds, Is.EqualTo((int[])[0, 0, 0, 0, 1, 1, 0, 0]));
        Assert.That(encoding.AttentionMask, Is.EqualTo((int[])[1, 1, 1, 1, 1, 1, 0, 0]));
        Assert.That(encoder.Encode("key [SEP] slot", null, 6).TokenTypeIds, Is.All.Zero);
        Assert.That(encoder.Encode("key [SEP] slot", "[PAD]", 8).TokenTypeIds, Is.EqualTo((int[])[0, 0, 0, 0, 0, 1, 1, 0]));
    }

    /// <summary>A byte-pair tokenizer of the package builds the same form of inputs.</summary>
    [Test]
    public void Inputs_AreBuiltWithAnyTokenizerOfThePackage()
    {
        using MemoryStream vocabulary = new("""{"k":0,"e":1,"y":2,"ke":3,"key":4,"<pad>":5,"<s>":6,"</s>":7,"<mask>":8}"""u8.ToArray());
        using MemoryStream merges = new("#version: 0.2\nk e\nke y\n"u8.ToArray());
        InputEncoder encoder = new(BpeTokenizer.Create(vocabulary, merges), new SpecialTokens(Padding: 5, Classification: 6, Separator: 7, Mask: 8));
        var encoding = encoder.Encode("key ke", "ye", 9);
        Assert.That(encoding.Ids, Is.EqualTo((int[])[6, 4, 3, 7, 2, 1, 7, 5, 5]));
        Assert.That(encoding.TokenTypeIds, Is.EqualTo((int[])[0, 0, 0, 0, 1, 1, 1, 0, 0]));
        Assert.That(encoding.TokenCount, Is.EqualTo(7));
    }

    [Test]
    public void Decode_JoinsPieces_AndRefusesUnknownIds()
    {
        Assert.That(Tokenizer.Decode([2, 5, 6, 8, 7, 3]), Is.EqualTo("[CLS] keys , slot [SEP]"));
        Assert.That(Tokenizer.Decode([2, 5, 6, 8, 7, 3], skipSpecialTokens: true), Is.EqualTo("keys , slot"));
        Span<char> letters = stackalloc char[6];
        Assert.That(Tokenizer.Decode([5, 6, 7], letters, out var consumed, out var written), Is.EqualTo(OperationStatus.DestinationTooSmall));
        Assert.That((consumed, written), Is.EqualTo((0, 0)));
        Assert.That(Tokenizer.Decode([5, 6, 8], letters, out consumed, out written), Is.EqualTo(OperationStatus.Done));
        Assert.That((consumed, letters[..written].ToString()), Is.EqualTo((3, "keys ,")));
        Assert.That(() => Tokenizer.Decode([14]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Tokenizer.Decode([-1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Encode_RefusesLengthsBelowTheSpecialTokens()
    {
        InputEncoder encoder = new(Tokenizer);
        Assert.That(() => encoder.Encode("key", null, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => encoder.Encode("key", "slot", 2), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Load_NamesFileAndMissingToken()
    {
        using TemporaryFolder folder = new();
        var path = folder.Combine("vocab.txt");
        File.WriteAllText(path, "[PAD]\n[UNK]\n[CLS]\n[MASK]\nkey\n");
        Assert.That(
            () => BertTokenizer.Load(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains("'[SEP]'"));
    }

    [Test]
    public void AnyText_GivesPiecesThatSpellItsWords_OrUnknown()
    {
        var tokenizer = BertTokenizer.Create(HuggingFaceOracle.Instance.SmallVocabulary);
        Prop.ForAll<string>(text => Spelled(text ?? "")).QuickCheckThrowOnFailure();

        // The ids of the words one by one, each decoded, are the words: a check that does not look at how pieces are found.
        bool Spelled(string text) => Words.Of(text).All(word =>
        {
            var ids = tokenizer.EncodeToIds(word);
            return ids is [var only] && only == tokenizer.UnknownTokenId
                ? word.EnumerateRunes().Any(character => !CanStand(character))
                : tokenizer.Decode(ids) == word;
        });

        bool CanStand(Rune character) =>
            tokenizer.Vocabulary.TryGetId(character.ToString(), out _) && tokenizer.Vocabulary.TryGetId("##" + character, out _);
    }

    [TestCase("cola"), TestCase("mrpc"), TestCase("qnli"), TestCase("rte"), TestCase("sst2"), TestCase("stsb")]
    public void GlueDevFiles_HaveAlmostNoUnknownWords(string task)
    {
        var tokenizer = BertTokenizer.Load(SharedData.File("vocab/bert-base-uncased/vocab.txt"));
        int tokens = 0, unknown = 0, words = 0;
        foreach (var example in new TaskCatalog(SharedFolders.Glue).Open(GlueDefinitions.Of(task)).Read(TaskSplit.Dev))
        {
            var text = $"{example.First} {example.Second}";
            var ids = tokenizer.EncodeToIds(text);
            tokens += ids.Count;
            unknown += ids.Count(id => id == tokenizer.UnknownTokenId);
            words += Words.Of(text).Count();
        }
        // bert-base-uncased was trained on such English: a handful of foreign letters, and few words in more than one piece.
        Assert.That(unknown, Is.LessThan(tokens / 1000.0));
        Assert.That(tokens, Is.InRange(words, 1.5 * words));
    }
}
