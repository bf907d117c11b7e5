using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crammed.Tables;
using Crammed.Text;
using TorchSharp;

namespace Crammed.Bert.Tests;

/// <summary>
/// An export of generated text as hyparquet read it: oracle/exported.json, written by oracle/read-exported.mjs. The model's embedding is
/// made of halves, so that every machine computes its very values. Set CRAMMED_KEEP_EXPORTED to a folder that is not there to get the
/// export for another reading, and CRAMMED_READ_EXPORTED to that of another export to hear the hash of what our reader finds in it.
/// </summary>
public class ExportOracleTests
{
    private const int Examples = 5000;

    private static BertConfiguration Configuration => TextFixture.Configuration;

    [Test]
    public void An_independent_reader_finds_what_was_exported()
    {
        var folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "export-oracle")).FullName;
        var path = Environment.GetEnvironmentVariable("CRAMMED_KEEP_EXPORTED") ?? Path.Combine(folder, "exported");
        SaveExactModel(Path.Combine(folder, "model"));
        using (var exporter = GlueExporter.Open(Path.Combine(folder, "model")))
            exporter.Export(TextFixture.Task(Examples), TaskSplit.Train, path);
        if (Environment.GetEnvironmentVariable("CRAMMED_READ_EXPORTED") is { } other)
            Describe(other);

        var found = JsonDocument.Parse(File.ReadAllText(OraclePath())).RootElement;
        // The manifest has the parts' hashes.
        Assert.That(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(path, "manifest.json")))),
            Is.EqualTo(found.GetProperty("manifestSha256").GetString()),
            "another export than was read");
        Assert.That(found.GetProperty("rows").GetInt32(), Is.EqualTo(Examples));
        Assert.That(found.GetProperty("parts").GetInt32(), Is.EqualTo(2));
        string Entry(string name) => found.GetProperty("description").GetProperty(name).ToString();
        Assert.That((Entry("task"), Entry("split"), Entry("prefix"), Entry("hidden")), Is.EqualTo(("tiny", "train", "embedding", "8")));
        Assert.That(found.GetProperty("rowsSha256").GetString(), Is.EqualTo(Hash(Expected())));
    }

    private static void Describe(string path)
    {
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "manifest.json"))).RootElement;
        var prefix = Enum.Parse<ClientPrefix>(manifest.GetProperty("description").GetProperty("prefix").GetString()!, ignoreCase: true);
        var reader = ExportedTaskReader.Open(path, prefix);
        TestContext.Out.WriteLine($"{path}: {reader.Count} rows, rowsSha256 {Hash(reader.Examples())}");
    }

    /// <summary>
    /// What the file should hold, from the texts: the embedding of a token is its row of halves, since positions count nothing, mean 0 and
    /// variance 1 leave a row of ones and minus ones alone, and padding's row of zeros becomes the norm's bias.
    /// </summary>
    private static IEnumerable<ExportedExample> Expected()
    {
        var words = TextFixture.Tokenizer.Vocabulary.Tokens.ToList();
        foreach (var (text, index) in TextFixture.Texts(Examples).Select((text, index) => (text, index)))
        {
            var inner = text.Split(' ').Select(word => words.IndexOf(word)).Take(Configuration.SequenceLength - 2);
            int[] tokens = [Tiny.Classification, .. inner, Tiny.Separator];
            int[] ids = [.. tokens, .. new int[Configuration.SequenceLength - tokens.Length]];
            int[] mask = [.. ids.Select((_, position) => position < tokens.Length ? 1 : 0)];
            var label = text.Contains("cat") || text.Contains("dog") ? 1 : 0;
            float[] states = [.. ids.SelectMany(id => Enumerable.Range(0, Configuration.Hidden).Select(feature =>
                (Word(id, feature) * Scale(feature)) + Shift(feature)))];
            yield return new ExportedExample(index, ids, mask, label, states);
        }
    }

    private static string Hash(IEnumerable<ExportedExample> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in examples)
        {
            var label = Convert.ToHexStringLower(BitConverter.GetBytes(example.Label));
            var states = Convert.ToHexStringLower(MemoryMarshal.AsBytes(example.Embedding.AsSpan()));
            hash.AppendData(Encoding.UTF8.GetBytes(
                $"{example.Index}\t{string.Join(' ', example.InputIds)}\t{string.Join(' ', example.TokenTypeIds)}\t"
                + $"{string.Join(' ', example.AttentionMask)}\t{label}\t{states}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void SaveExactModel(string folder)
    {
        using var noGradient = torch.no_grad();
        using var model = new BertModel(Configuration, seed: 1);
        foreach (var (name, parameter) in model.named_parameters())
        {
            var values = name switch
            {
                "embedding.word.weight" => [.. Enumerable.Range(0, Configuration.VocabularySize)
                    .SelectMany(id => Enumerable.Range(0, Configuration.Hidden).Select(feature => Word(id, feature)))],
                "embedding.norm.weight" => [.. Enumerable.Range(0, Configuration.Hidden).Select(Scale)],
                "embedding.norm.bias" => [.. Enumerable.Range(0, Configuration.Hidden).Select(Shift)],
                _ => new float[parameter.numel()],
            };
            parameter.copy_(torch.tensor(values, parameter.shape));
        }

        Checkpoint.Save(model, TextFixture.Tokenizer, folder);
    }

    /// <summary>Of the two halves of a row, each value is in one and its negative in the other: mean 0, variance 1.</summary>
    private static float Word(int id, int feature)
    {
        var half = Configuration.Hidden / 2;
        var sign = ((id >> (feature % half)) & 1) == 0 ? 1 : -1;
        return id == Tiny.Padding ? 0 : feature < half ? sign : -sign;
    }

    private static float Scale(int feature) => (feature + 1) / 4f;

    private static float Shift(int feature) => (feature - 3) / 2f;

    private static string OraclePath([CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "oracle", "exported.json");
}
