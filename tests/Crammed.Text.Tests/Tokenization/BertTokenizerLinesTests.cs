using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Crammed.Text.Tests;

/// <summary>The tokenizer against Hugging Face's, on 10,000 lines of real prose with odd Unicode.</summary>
public class BertTokenizerLinesTests
{
    [Test]
    public void Ids_OfTenThousandLines_AreThoseOfHuggingFace()
    {
        var oracle = OracleLines.Load();
        var tokenizer = BertTokenizer.Load(SharedData.File("vocab/bert-base-uncased/vocab.txt"));
        Assert.That(oracle.Count, Is.EqualTo(10_000));
        string[] hashes = [.. oracle.Lines().Chunk(oracle.Group).Select(lines => Hash(lines, tokenizer))];
        Assert.That(hashes, Is.EqualTo(oracle.Sha256));
    }

    /// <summary>The order of threads changes nothing, and a text's ids are its words', one by one, by the package's model.</summary>
    [Test]
    public void Ids_OnSeveralThreads_AreThoseOfTheWords()
    {
        var oracle = OracleLines.Load();
        var path = SharedData.File("vocab/bert-base-uncased/vocab.txt");
        var tokenizer = BertTokenizer.Load(path);
        var model = WordPieceTokenizer.Create(path);
        string[] lines = [.. oracle.Lines().Where(line => !line.Contains('['))];
        var encoded = ParallelTokenizer.Encode(lines, line => line, tokenizer, threads: 4).ToList();
        Assert.That(encoded.Select(entry => entry.Item), Is.EqualTo(lines));
        foreach ((var line, var ids) in encoded)
        {
            var expected = Words.Of(line).SelectMany(word => model.EncodeToIds(word, considerPreTokenization: false));
            Assert.That(ids, Is.EqualTo(expected), line);
        }
    }

    private static string Hash(IEnumerable<string> lines, BertTokenizer tokenizer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
        {
            int[] ids = [tokenizer.Special.Classification, .. tokenizer.EncodeToIds(line), tokenizer.Special.Separator];
            hash.AppendData(Encoding.ASCII.GetBytes(string.Join(' ', ids) + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
