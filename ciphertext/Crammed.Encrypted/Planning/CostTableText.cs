using System.Globalization;
using System.Text;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Cost tables as CSV: a head of "# key: value" lines, then a row "operation,limbs,milliseconds,source" for each cost. Some tables come
/// with the program.
/// </summary>
public static class CostTableText
{
    private const string Version = "1";
    private const string Columns = "operation,limbs,milliseconds,source";
    private const int MostRows = 10_000;

    private static readonly string[] Keys = ["cost-table", "machine", "threads", "ring-degree", "special-primes", "digit-size"];

    private static readonly Dictionary<string, EngineOperation> Operations =
        Enum.GetValues<EngineOperation>().ToDictionary(NameOf, operation => operation);

    /// <summary>Names of the tables that come with the program.</summary>
    public static IReadOnlyList<string> Included { get; } = ["avx2", "avx512"];

    /// <summary>A table that comes with the program.</summary>
    /// <exception cref="ArgumentException">there is none of this name; the message lists those there are</exception>
    public static CostTable Include(string name)
    {
        using var stream = Included.Contains(name) ? typeof(CostTableText).Assembly.GetManifestResourceStream($"costs.{name}.csv") : null;
        if (stream is null)
            throw new ArgumentException($"there is no cost table '{name}'; there are {string.Join(", ", Included)}", nameof(name));
        using var reader = new StreamReader(stream);
        return Read(reader.ReadToEnd(), $"{name}.csv");
    }

    /// <summary>The name of an operation in tables: tensor-product, hoisted-rotation...</summary>
    public static string NameOf(EngineOperation operation) =>
        string.Concat(operation.ToString().Select((letter, i) =>
            $"{(char.IsAsciiLetterUpper(letter) && i > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}"));

    /// <summary>The text of a table.</summary>
    public static string Write(CostTable table)
    {
        var text = new StringBuilder();
        string[] values =
        [
            Version, table.Machine.ReplaceLineEndings(" "), Integer(table.Threads), Integer(table.RingDegree), Integer(table.SpecialPrimes),
            Integer(table.DigitSize),
        ];
        foreach (var (key, value) in Keys.Zip(values))
            text.Append(CultureInfo.InvariantCulture, $"# {key}: {value}\n");
        text.Append(Columns).Append('\n');
        foreach (var row in table.Rows)
        {
            var source = row.Source.ReplaceLineEndings(" ").Replace("\"", "\"\"", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{NameOf(row.Operation)},{row.Limbs},{row.Milliseconds:R},\"{source}\"\n");
        }
        return text.ToString();

        static string Integer(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A table from its text.</summary>
    /// <param name="text">the file</param>
    /// <param name="source">its name, for messages</param>
    /// <exception cref="FormatException">a line that is not understood; the message names the file, the line, the field, and what to
    /// do</exception>
    public static CostTable Read(string text, string source)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        var count = lines.Length > 0 && lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        if (count > MostRows)
            throw new FormatException($"{source}: a cost table has at most {MostRows} lines, this one {count}");
        var head = Keys.Select((key, i) => Head(i, key)).ToArray();
        if (head[0] != Version)
            throw Error(1, Keys[0], $"the version is '{head[0]}', this program reads version {Version}: measure the table anew");
        if (Line(Keys.Length) != Columns)
            throw Error(Keys.Length + 1, "columns", $"the line should be '{Columns}'");
        var rows = new List<CostRow>();
        for (var i = Keys.Length + 1; i < count; i++)
        {
            var row = Row(i);
            if (rows.Any(other => other.Operation == row.Operation && (other.Limbs == row.Limbs || other.Limbs == 0 || row.Limbs == 0)))
            {
                throw Error(
                    i + 1, "limbs",
                    $"there is a row of {NameOf(row.Operation)} already that has {row.Limbs} limbs, or 0, which stands for all: drop one");
            }
            rows.Add(row);
        }
        return new CostTable(
            head[1], Positive(3, head[2]), Positive(4, head[3]), Positive(5, head[4]), Positive(6, head[5]), rows);

        string Line(int i) => i < count ? lines[i] : throw Error(i + 1, "line", "the file is cut off: measure the table anew");

        string Head(int i, string key) => Line(i).StartsWith($"# {key}: ", StringComparison.Ordinal)
            ? lines[i][(key.Length + 4)..]
            : throw Error(i + 1, key, $"the line should be '# {key}: ' and its value");

        int Positive(int line, string value) =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw Error(line, Keys[line - 1], $"'{value}' should be a whole number, at least 1");

        CostRow Row(int i)
        {
            var fields = lines[i].Split(',', 4);
            if (fields.Length < 4)
                throw Error(i + 1, "line", $"{fields.Length} fields; a row has {Columns}");
            if (!Operations.TryGetValue(fields[0], out var operation))
                throw Error(i + 1, "operation", $"there is no operation '{fields[0]}'; there are {string.Join(", ", Operations.Keys)}");
            if (!int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var limbs))
                throw Error(i + 1, "limbs", $"'{fields[1]}' should be a whole number, 0 for a cost at any number of limbs");
            if (!double.TryParse(fields[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
                || !(milliseconds > 0 && double.IsFinite(milliseconds)))
                throw Error(i + 1, "milliseconds", $"'{fields[2]}' should be a positive number");
            return new CostRow(operation, limbs, milliseconds, Source(i, fields[3]));
        }

        string Source(int i, string field)
        {
            if (!field.StartsWith('"'))
                return field.Contains('"') || field.Contains(',') ? throw Quotes() : field;
            var inner = field.Length > 1 && field.EndsWith('"') ? field[1..^1] : throw Quotes();
            return inner.Replace("\"\"", "", StringComparison.Ordinal).Contains('"')
                ? throw Quotes()
                : inner.Replace("\"\"", "\"", StringComparison.Ordinal);

            FormatException Quotes() =>
                Error(i + 1, "source", "a source with a comma or a quote stands in quotes, and its quotes are doubled");
        }

        FormatException Error(int line, string field, string message) => new($"{source}, line {line}, {field}: {message}");
    }
}
