using System.Text.Json;

namespace Crammed.Text.Tests;

/// <summary>
/// 10,000 lines of real prose with odd Unicode in most of them, as oracle/lines.cjs makes them, and what it found: oracle/lines.json.
/// </summary>
internal sealed record OracleLines(string Source, string[] Files, int Count, int Group, string[] Sha256)
{
    private static readonly string Folder = Path.Combine(SharedFolders.Tests, "Tokenization", "oracle");

    /// <summary>Reads what the oracle found.</summary>
    public static OracleLines Load() =>
        JsonSerializer.Deserialize<OracleLines>(
            File.ReadAllText(Path.Combine(Folder, "lines.json")),
            new JsonSerializerOptions(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true })!;

    /// <summary>The lines; ignores the running test where the prose is absent.</summary>
    public IEnumerable<string> Lines()
    {
        var fragments = JsonFragments(File.ReadAllText(Path.Combine(Folder, "fragments.json")));
        string[] prose = [.. Files.SelectMany(file => TextLines.Read(SharedData.File(file))).Where(line => line.Length > 0)];
        return Enumerable.Range(0, Count).Select(index =>
        {
            Generator generator = new(index);
            var text = prose[(int)((long)index * prose.Length / Count)];
            for (var insertions = generator.Next(8) - 2; insertions > 0; insertions--)
            {
                var position = generator.Next(text.Length + 1);
                text = text[..position] + Oddity(generator, fragments) + text[position..];
            }
            return text;
        });
    }

    private static string Oddity(Generator generator, string[] fragments)
    {
        if (generator.Next(4) < 3)
            return fragments[generator.Next(fragments.Length)];
        int plane = generator.Next(4) == 0 ? generator.Next(17) : 0, code = plane * 65536 + generator.Next(65536);
        return plane == 0 ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }

    /// <summary>Strings of a JSON array; the framework's reader refuses halves of surrogate pairs, which stand here on purpose.</summary>
    private static string[] JsonFragments(string json)
    {
        List<string> strings = [];
        for (var position = json.IndexOf('"'); position >= 0; position = json.IndexOf('"', position + 1))
        {
            List<char> characters = [];
            for (position++; json[position] != '"'; position++)
                characters.Add(json[position] == '\\' ? Escaped(json, ref position) : json[position]);
            strings.Add(new string([.. characters]));
        }
        return [.. strings];
    }

    private static char Escaped(string json, ref int position)
    {
        var kind = json[++position];
        if (kind != 'u')
            return kind switch { 't' => '\t', 'n' => '\n', 'r' => '\r', _ => kind };
        position += 4;
        return (char)Convert.ToInt32(json[(position - 3)..(position + 1)], 16);
    }

    /// <summary>Numerical Recipes' linear congruential generator; the upper 16 bits of each state.</summary>
    private sealed class Generator(int seed)
    {
        private uint _state = unchecked((uint)seed * 2654435761);

        public int Next(int bound)
        {
            _state = unchecked((_state * 1664525) + 1013904223);
            return (int)(_state >> 16) % bound;
        }
    }
}
