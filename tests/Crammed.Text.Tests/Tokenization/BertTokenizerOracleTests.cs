using System.Security.Cryptography;
using System.Text;

namespace Crammed.Text.Tests;

/// <summary>The tokenizer against Hugging Face's, on strings chosen to be hard.</summary>
public class BertTokenizerOracleTests
{
    private static readonly HuggingFaceOracle Oracle = HuggingFaceOracle.Instance;

    private static readonly BertOptions CasedOptions = new() { LowerCaseBeforeTokenization = false };

    [Test]
    public void Words_AreThoseOfHuggingFace()
    {
        Assert.That(Oracle.Texts, Has.Count.GreaterThan(60));
        Assert.Multiple(() =>
        {
            foreach (var row in Oracle.Texts)
            {
                Assert.That(Words.Of(row.Text), Is.EqualTo(row.Words), row.Text);
                Assert.That(Words.Of(row.Text, CasedOptions), Is.EqualTo(row.CasedWords), row.Text);
            }
        });
    }

    [Test]
    public void IdsAndDecodedText_WithASmallVocabulary_AreThoseOfHuggingFace() =>
        CheckIds(BertTokenizer.Create(Oracle.SmallVocabulary), row => row.Small);

    [Test]
    public void IdsAndDecodedText_WithBertsVocabulary_AreThoseOfHuggingFace() =>
        CheckIds(BertTokenizer.Load(SharedData.File("vocab/bert-base-uncased/vocab.txt")), row => row.Bert);

    [Test]
    public void Encode_TruncatesAndPads_AsHuggingFace()
    {
        InputEncoder encoder = new(BertTokenizer.Create(Oracle.SmallVocabulary));
        Assert.Multiple(() =>
        {
            foreach (var row in Oracle.Pairs)
            {
                var encoding = encoder.Encode(row.First, row.Second, row.MaxLength);
                var message = $"{row.First} | {row.Second} | {row.MaxLength}";
                Assert.That(encoding.Ids, Is.EqualTo(row.Ids), message);
                Assert.That(encoding.AttentionMask, Is.EqualTo(row.AttentionMask), message);
                Assert.That(encoding.TokenTypeIds, Is.EqualTo(row.TokenTypeIds), message);
                Assert.That(encoding.TokenCount, Is.EqualTo(row.AttentionMask.Sum()), message);
            }
        });
    }

    [Test]
    public void Normalizer_OnWholeBlocksOfUnicode_IsThatOfHuggingFace()
    {
        BertNormalizer uncased = new(cleanText: true, separateCjk: true, stripAccents: true, lowerCase: true);
        BertNormalizer cased = new(cleanText: true, separateCjk: true, stripAccents: false, lowerCase: false);
        BertNormalizer lowerCaseOnly = new(cleanText: true, separateCjk: true, stripAccents: false, lowerCase: true);
        BertPreTokenizer splitter = new(splitPunctuation: true);
        Assert.Multiple(() =>
        {
            foreach (var row in Oracle.Normalizer)
            {
                var range = $"U+{row.First:X4} to U+{row.Last:X4}";
                Assert.That(Digest(row.First, row.Last, text => uncased.Normalize(text)), Is.EqualTo(row.Uncased), range);
                Assert.That(Digest(row.First, row.Last, text => cased.Normalize(text)), Is.EqualTo(row.Cased), range);
                Assert.That(Digest(row.First, row.Last, text => lowerCaseOnly.Normalize(text)), Is.EqualTo(row.LowercaseOnly), range);
                Assert.That(Digest(row.First, row.Last, WordsByBars), Is.EqualTo(row.Words), range);
            }
        });

        string WordsByBars(string text) => string.Join('|', splitter.PreTokenize(text).Select(word => text.Substring(word.Offset, word.Length)));
    }

    [Test]
    public void Decomposition_OfEveryCharacter_IsThatOfHuggingFace()
    {
        Assert.Multiple(() =>
        {
            foreach (var row in Oracle.Decomposition)
                Assert.That(Digest(row.First, row.Last, Decompose), Is.EqualTo(row.Sha256), $"U+{row.First:X4} to U+{row.Last:X4}");
        });
    }

    [Test]
    public void Decomposition_OrdersMarks_AsHuggingFace()
    {
        foreach (var row in Oracle.Marks)
            Assert.That(Decompose(row.Text), Is.EqualTo(row.Decomposed), row.Text);
    }

    private static void CheckIds(BertTokenizer tokenizer, Func<HuggingFaceOracle.TextCase, HuggingFaceOracle.Encoded> expected)
    {
        Assert.Multiple(() =>
        {
            foreach (var row in Oracle.Texts)
            {
                int[] ids = [tokenizer.Special.Classification, .. tokenizer.EncodeToIds(row.Text), tokenizer.Special.Separator];
                Assert.That(ids, Is.EqualTo(expected(row).Ids), row.Text);
                Assert.That(tokenizer.Decode(ids, skipSpecialTokens: true), Is.EqualTo(expected(row).Decoded), row.Text);
            }
        });
    }

    private static string Decompose(string text) => string.Concat(CanonicalDecomposition.Decompose(text));

    /// <summary>SHA-256 over what becomes of each code point between two letters, a line each, as generate.cjs computes it.</summary>
    private static string Digest(int first, int last, Func<string, string> convert)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var code = first; code <= last; code++)
        {
            if (Rune.IsValid(code))
                hash.AppendData(Encoding.UTF8.GetBytes(convert($"a{new Rune(code)}b") + "\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
