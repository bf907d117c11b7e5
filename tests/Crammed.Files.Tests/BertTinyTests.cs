using System.Globalization;
using System.IO.Compression;

namespace Crammed.Files.Tests;

/// <summary>A file made by another program, against the text files that its values come from.</summary>
public class BertTinyTests
{
    private const string Prefix = "bert.encoder.layer.1.";

    [Test]
    public void Header_matches_what_the_data_says_of_it()
    {
        using var file = Open();
        Assert.That(file.Names, Has.Count.EqualTo(36));
        Assert.That(file.Names.Sum(name => file.Shape(name).Aggregate(1L, (product, axis) => product * axis)), Is.EqualTo(413_314));
        Assert.That(file.Names.Select(file.DataType), Is.All.EqualTo(SafetensorsDataType.Float32));
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt" }));
        Assert.That(file.Shape("classifier.weight"), Is.EqualTo(new long[] { 2, 128 }));
    }

    [TestCase("classifier.bias", "classifier_bias")]
    [TestCase("classifier.weight", "classifier_weight")]
    [TestCase(Prefix + "output.dense.weight", "layer1_output_weight")]
    [TestCase(Prefix + "output.LayerNorm.bias", "layer1_output_normbias")]
    [TestCase(Prefix + "intermediate.dense.bias", "layer1_intermediate_bias")]
    public void Values_in_the_stored_order_match_their_source(string tensor, string source)
    {
        using var file = Open();
        Assert.That(file.ReadFloat32(tensor), Is.EqualTo(Source(source)));
    }

    [TestCase(Prefix + "attention.self.query.weight", "layer1_attself_query_weight")]
    [TestCase("bert.pooler.dense.weight", "pooler_dense_weight")]
    public void Values_stored_transposed_match_their_source(string tensor, string source)
    {
        const int Size = 128;
        using var file = Open();
        var transposed = Source(source);
        var expected = new float[Size * Size];
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
                expected[(row * Size) + column] = transposed[(column * Size) + row];
        }

        Assert.That(file.ReadFloat32(tensor), Is.EqualTo(expected));
    }

    private static SafetensorsFile Open() => SafetensorsFile.Open(SharedData.File("bert-tiny-sst2/encoder.safetensors"));

    private static float[] Source(string name)
    {
        using var stream = File.OpenRead(SharedData.File($"bert-tiny-sst2/original/{name}.txt.gz"));
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        return [.. reader.ReadToEnd()
            .Split(['\n', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => (float)double.Parse(text, CultureInfo.InvariantCulture))];
    }
}
