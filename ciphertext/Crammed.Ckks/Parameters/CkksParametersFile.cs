using System.Text;
using System.Text.Json;
using Crammed.Files;

namespace Crammed.Ckks;

/// <summary>
/// Literals of parameter sets as JSON files: an object with the members <c>name</c>, <c>logN</c>, <c>primeBits</c>,
/// <c>specialPrimeBits</c>, <c>log2Scale</c>, <c>secret</c> and, unless it equals the number of special primes, <c>digitSize</c>. The
/// secret is <c>{ "distribution": "uniformTernary" }</c> or <c>{ "distribution": "sparseTernary", "hammingWeight": 192 }</c>. Nothing
/// else is read past: what is missing, unknown, doubled or of another type is refused.
/// </summary>
public static class CkksParametersFile
{
    private const string UniformTernary = "uniformTernary";
    private const string SparseTernary = "sparseTernary";

    private static readonly JsonWriterOptions WriterOptions = new() { Indented = true };

    /// <summary>Reads a file; the literal is not yet checked by <see cref="CkksParameters.Create"/>.</summary>
    /// <exception cref="CkksFormatException">it holds no literal; the message is one line and begins with the path</exception>
    /// <exception cref="IOException">the file cannot be read</exception>
    public static CkksParametersLiteral Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Writes a file that <see cref="Load"/> reads; it appears whole or not at all.</summary>
    public static void Save(CkksParametersLiteral literal, string path) => AtomicFile.Write(path, stream => Write(literal, stream));

    /// <summary>Reads a text.</summary>
    /// <param name="json">the text</param>
    /// <param name="source">where it is from, for messages</param>
    /// <exception cref="CkksFormatException">it holds no literal; the message is one line and begins with the source</exception>
    public static CkksParametersLiteral Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            var reader = new StrictJsonObject(document.RootElement, source, "");
            var literal = new CkksParametersLiteral(
                reader.ReadString("name"),
                reader.ReadInt32("logN"),
                reader.ReadInt32List("primeBits"),
                reader.ReadInt32List("specialPrimeBits"),
                reader.ReadInt32("log2Scale"),
                ReadSecret(reader.ReadObject("secret")),
                reader.Has("digitSize") ? reader.ReadInt32("digitSize") : null,
                reader.Has("bootstrapping") ? ReadBootstrapping(reader.ReadObject("bootstrapping")) : null);
            reader.RefuseOthers();
            return literal;
        }
        catch (JsonException exception)
        {
            throw new CkksFormatException(
                $"{source}: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: this is not JSON");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair, escaped or not.
            throw new CkksFormatException($"{source}: this is not valid Unicode");
        }
    }

    private static SecretDistribution ReadSecret(StrictJsonObject reader)
    {
        string distribution = reader.ReadString("distribution");
        SecretDistribution secret = distribution switch
        {
            UniformTernary => SecretDistribution.UniformTernary,
            SparseTernary => SecretDistribution.SparseTernary(reader.ReadInt32("hammingWeight")),
            _ => throw reader.Refusal("distribution", $"is '{distribution}', it must be '{UniformTernary}' or '{SparseTernary}'"),
        };
        reader.RefuseOthers();
        return secret;
    }

    private static BootstrappingLiteral ReadBootstrapping(StrictJsonObject reader)
    {
        var bootstrapping = new BootstrappingLiteral(
            reader.ReadInt32("slotsToCoeffsLevels"), reader.ReadInt32("evalModLevels"), reader.ReadInt32("coeffsToSlotsLevels"),
            reader.ReadInt32("log2MessageRatio"), reader.ReadInt32("correctionLevels"), reader.ReadInt32("ephemeralWeight"),
            reader.ReadInt32("ephemeralSpecialBits"));
        reader.RefuseOthers();
        return bootstrapping;
    }

    private static void Write(CkksParametersLiteral literal, Stream stream)
    {
        using (var writer = new Utf8JsonWriter(stream, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("name", literal.Name);
            writer.WriteNumber("logN", literal.LogN);
            WriteList(writer, "primeBits", literal.PrimeBits);
            WriteList(writer, "specialPrimeBits", literal.SpecialPrimeBits);
            writer.WriteNumber("log2Scale", literal.Log2Scale);
            if (literal.DigitSize is int digitSize)
                writer.WriteNumber("digitSize", digitSize);
            writer.WriteStartObject("secret");
            writer.WriteString("distribution", literal.Secret.HammingWeight is null ? UniformTernary : SparseTernary);
            if (literal.Secret.HammingWeight is int weight)
                writer.WriteNumber("hammingWeight", weight);
            writer.WriteEndObject();
            if (literal.Bootstrapping is { } bootstrapping)
                WriteBootstrapping(writer, bootstrapping);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    private static void WriteBootstrapping(Utf8JsonWriter writer, BootstrappingLiteral bootstrapping)
    {
        writer.WriteStartObject("bootstrapping");
        writer.WriteNumber("slotsToCoeffsLevels", bootstrapping.SlotsToCoeffsLevels);
        writer.WriteNumber("evalModLevels", bootstrapping.EvalModLevels);
        writer.WriteNumber("coeffsToSlotsLevels", bootstrapping.CoeffsToSlotsLevels);
        writer.WriteNumber("log2MessageRatio", bootstrapping.Log2MessageRatio);
        writer.WriteNumber("correctionLevels", bootstrapping.CorrectionLevels);
        writer.WriteNumber("ephemeralWeight", bootstrapping.EphemeralWeight);
        writer.WriteNumber("ephemeralSpecialBits", bootstrapping.EphemeralSpecialBits);
        writer.WriteEndObject();
    }

    /// <summary>On one line, which the writer would not do.</summary>
    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<int> values)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(Encoding.UTF8.GetBytes($"[{string.Join(", ", values)}]"));
    }
}
