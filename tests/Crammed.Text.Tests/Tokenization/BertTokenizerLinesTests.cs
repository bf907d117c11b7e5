using System.Security.Cryptography;
using System.Text;
using Crammed.Tests;

namespace Crammed.Text.Tests;

/// <summary>The tokenizer against Hugging Face's, on 10,000 lines of real prose with odd Unicode.</summary>
public class BertTokenizerLinesTests
{
    [Test]
    public void Ids_OfTenThousandLines_AreThoseOfHuggingFace()
    {
        OracleLines oracle = OracleLines.Load();
        BertTokenizer tokenizer = BertTokenizer.Create(SharedData.File("vocab/bert-base-uncased/vocab.txt"));
        Assert.That(oracle.Count, Is.EqualTo(10_000));
        string[] hashes = [.. oracle.Lines().Chunk(oracle.Group).Select(lines => Hash(lines, tokenizer))];
        Assert.That(hashes, Is.EqualTo(oracle.Sha256));
    }

    /// <summary>The fast path for ASCII, the cache of words and the order of threads change nothing.</summary>
    [Test]
    public void Ids_OnSeveralThreads_AreThoseOfWholeTextsNormalizedAtOnce()
    {
        OracleLines oracle = OracleLines.Load();
        WordPieceVocabulary vocabulary = WordPieceVocabulary.Read(SharedData.File("vocab/bert-base-uncased/vocab.txt"));
        BertTokenizer tokenizer = BertTokenizer.Create(vocabulary);
        WordPieceModel model = new(vocabulary, tokenizer.UnknownTokenId, "##", 100);
        BertNormalizer normalizer = new(separateCjk: true, stripAccents: true, lowerCase: true);
        string[] lines = [.. oracle.Lines().Where(line => !line.Contains('['))];
        var encoded = ParallelTokenizer.Encode(lines, line => line, tokenizer, threads: 4).ToList();
        Assert.That(encoded.Select(entry => entry.Item), Is.EqualTo(lines));
        foreach ((string line, int[] ids) in encoded)
        {
            string normalized = normalizer.Normalize(line);
            List<int> expected = [];
            foreach (Range word in BertPreTokenizer.Split(normalized))
                model.Append(normalized.AsSpan(word), expected);
            Assert.That(ids, Is.EqualTo(expected), line);
        }
    }

    private static string Hash(IEnumerable<string> lines, BertTokenizer tokenizer)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
            hash.AppendData(Encoding.ASCII.GetBytes(string.Join(' ', tokenizer.EncodeToIds(line)) + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
