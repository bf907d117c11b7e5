using System.Text;
using Crammed.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Text.Tests;

public class BertTokenizerTests
{
    private static readonly BertTokenizer Tokenizer = BertTokenizer.Create(new WordPieceVocabulary(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "key", "##s", "slot", ",", "Key", "é", "e", "##", "#"]));

    [Test]
    public void EncodeToIds_AddsSpecialTokens_UnlessTold()
    {
        Assert.That(Tokenizer.EncodeToIds("keys, slot"), Is.EqualTo((int[])[2, 5, 6, 8, 7, 3]));
        Assert.That(Tokenizer.EncodeToIds("keys, slot", addSpecialTokens: false), Is.EqualTo((int[])[5, 6, 8, 7]));
        Assert.That(Tokenizer.CountTokens("keys, slot"), Is.EqualTo(4));
    }

    [Test]
    public void EncodeToIds_WithoutSteps_LeavesThemOut()
    {
        Assert.That(
            Tokenizer.EncodeToIds("Key key", addSpecialTokens: false, considerNormalization: false), Is.EqualTo((int[])[9, 5]));
        Assert.That(Tokenizer.EncodeToIds("key,", addSpecialTokens: false, considerPreTokenization: false), Is.EqualTo((int[])[1]));
        Assert.That(Tokenizer.EncodeToIds("", addSpecialTokens: false, considerPreTokenization: false), Is.Empty);
    }

    [Test]
    public void Options_ChangeWhatTheyName()
    {
        Assert.That(Ids("Key é", new BertOptions { LowerCaseBeforeTokenization = false }), Is.EqualTo((int[])[9, 10]));
        Assert.That(Ids("Key É", new BertOptions { RemoveNonSpacingMarks = false }), Is.EqualTo((int[])[5, 10]));
        Assert.That(Ids("Key É"), Is.EqualTo((int[])[5, 11]));
        Assert.That(Ids("key,", new BertOptions { ApplyBasicTokenization = false }), Is.EqualTo((int[])[1]));
        Assert.That(Ids("[MASK]", new BertOptions { SplitOnSpecialTokens = false }), Is.EqualTo((int[])[1, 1, 1]));
        Assert.That(Ids("keys", new BertOptions { MaxInputCharsPerWord = 3 }), Is.EqualTo((int[])[1]));
        Assert.That(Ids("keyskey", new BertOptions { ContinuingSubwordPrefix = "ke" }), Is.EqualTo((int[])[1]));

        static IReadOnlyList<int> Ids(string text, BertOptions? options = null) =>
            BertTokenizer.Create(Tokenizer.Vocabulary, options).EncodeToIds(text, addSpecialTokens: false);
    }

    [Test]
    public void MalformedUtf16_IsDeleted() =>
        Assert.That(Tokenizer.EncodeToIds("ke\ud800y", addSpecialTokens: false), Is.EqualTo((int[])[5]));

    [Test]
    public void SpecialTokenHelpers_AgreeWithEncode()
    {
        int[] first = [5, 6], second = [7];
        Assert.That(Tokenizer.BuildInputsWithSpecialTokens(first), Is.EqualTo((int[])[2, 5, 6, 3]));
        Assert.That(Tokenizer.BuildInputsWithSpecialTokens(first, second), Is.EqualTo((int[])[2, 5, 6, 3, 7, 3]));
        Assert.That(Tokenizer.GetSpecialTokensMask(first, second), Is.EqualTo((int[])[1, 0, 0, 1, 0, 1]));
        Assert.That(
            Tokenizer.GetSpecialTokensMask([2, 5, 4, 3, 0], alreadyHasSpecialTokens: true), Is.EqualTo((int[])[1, 0, 1, 1, 1]));
        Assert.That(Tokenizer.CreateTokenTypeIdsFromSequences(first, second), Is.EqualTo((int[])[0, 0, 0, 0, 1, 1]));
        Assert.That(Tokenizer.CreateTokenTypeIdsFromSequences(first), Is.EqualTo((int[])[0, 0, 0, 0]));

        BertEncoding encoding = Tokenizer.Encode("keys", "slot", 8);
        Assert.That(encoding.Ids, Is.EqualTo((int[])[2, 5, 6, 3, 7, 3, 0, 0]));
        Assert.That(encoding.TokenTypeIds, Is.EqualTo((int[])[0, 0, 0, 0, 1, 1, 0, 0]));
        Assert.That(encoding.AttentionMask, Is.EqualTo((int[])[1, 1, 1, 1, 1, 1, 0, 0]));
    }

    [Test]
    public void Decode_JoinsPieces_AndRefusesUnknownIds()
    {
        Assert.That(Tokenizer.Decode([2, 5, 6, 8, 7, 3]), Is.EqualTo("[CLS] keys , slot [SEP]"));
        Assert.That(Tokenizer.Decode([2, 5, 6, 8, 7, 3], skipSpecialTokens: true), Is.EqualTo("keys , slot"));
        Assert.That(() => Tokenizer.Decode([14]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Tokenizer.Decode([-1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Encode_RefusesLengthsBelowTheSpecialTokens()
    {
        Assert.That(() => Tokenizer.Encode("key", null, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Tokenizer.Encode("key", "slot", 2), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Create_NamesFileAndMissingToken()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("vocab.txt");
        File.WriteAllText(path, "[PAD]\n[UNK]\n[CLS]\n[MASK]\nkey\n");
        Assert.That(
            () => BertTokenizer.Create(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains("'[SEP]'"));
    }

    [Test]
    public void AnyText_GivesPiecesThatSpellItsWords_OrUnknown()
    {
        BertTokenizer tokenizer = BertTokenizer.Create(HuggingFaceOracle.Instance.SmallVocabulary);
        Prop.ForAll<string>(text => Spelled(text ?? "")).QuickCheckThrowOnFailure();

        // The ids of the words one by one, each decoded, are the words: a check that does not look at how pieces are found.
        bool Spelled(string text) => BertTokenizer.Words(text, new BertOptions()).All(word =>
        {
            IReadOnlyList<int> ids = tokenizer.EncodeToIds(word, addSpecialTokens: false);
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
        BertTokenizer tokenizer = BertTokenizer.Create(SharedData.File("vocab/bert-base-uncased/vocab.txt"));
        int tokens = 0, unknown = 0, words = 0;
        foreach (Example example in new TaskCatalog(SharedFolders.Glue).Open(GlueDefinitions.Of(task)).Read(TaskSplit.Dev))
        {
            string text = $"{example.First} {example.Second}";
            IReadOnlyList<int> ids = tokenizer.EncodeToIds(text, addSpecialTokens: false);
            tokens += ids.Count;
            unknown += ids.Count(id => id == tokenizer.UnknownTokenId);
            words += BertTokenizer.Words(text, new BertOptions()).Count();
        }
        // bert-base-uncased was trained on such English: a handful of foreign letters, and few words in more than one piece.
        Assert.That(unknown, Is.LessThan(tokens / 1000.0));
        Assert.That(tokens, Is.InRange(words, 1.5 * words));
    }
}
