using System.Numerics;
using Crammed.Approximation;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// Reads what <see cref="ProgramWriter"/> writes, and nothing else. The text may come from anybody: sizes are limited, every index is
/// checked against its axis, values are made before they are read and not read after they are freed, levels are followed, and the text is
/// compared with the one that the program read would be written as.
/// </summary>
public sealed class ProgramReader
{
    private readonly string[] _lines;
    private readonly string _source;
    private readonly InstructionReader _instructions = new();
    private readonly List<(string Name, string Value, int Line)> _outputs = [];
    private readonly Dictionary<string, ValueDomain> _domains = [];
    private readonly List<Value> _inputs = [];
    private readonly Dictionary<string, int> _inputLevels = [];
    private int _line;

    private ProgramReader(string text, string source)
    {
        _source = source;
        _lines = text.Split('\n');
    }

    /// <summary>The program of a text.</summary>
    /// <param name="text">all of it, the line with its hash at the end</param>
    /// <param name="source">name of the file, for messages</param>
    /// <exception cref="ProgramFormatException">the text is not a program's; the message is one line</exception>
    public static EncryptedProgram Read(string text, string source)
    {
        if (text.Length > ProgramText.LongestText)
        {
            throw new ProgramFormatException(
                $"{source}: a program's text has at most {ProgramText.LongestText} characters, this one {text.Length}");
        }
        return new ProgramReader(text, source).Read(text);
    }

    private EncryptedProgram Read(string text)
    {
        ReadVersion();
        CheckHash(text);
        var grid = ReadGrid();
        var refreshed = ReadLevels();
        while (Peek("polynomial"))
            ReadPolynomial();
        while (Peek("input"))
            ReadInput(refreshed);
        while (Peek("output"))
            ReadOutput();
        while (Peek("domain"))
            ReadDomain();
        var levels = refreshed is { } level ? new ProgramLevels(level, _inputLevels) : null;
        _instructions.Begin(grid, _inputs, levels);
        var count = Next("instructions", line => line.Integer("the number of instructions", 1, ProgramText.LongestText));
        if (count != _lines.Length - 2 - _line)
            throw Error(_line, $"{count} instructions are announced, {_lines.Length - 2 - _line} lines follow");
        var instructions = new List<Instruction>(count);
        while (instructions.Count < count)
            instructions.Add(_instructions.Read(NextLine()));
        var program = new EncryptedProgram(grid, [.. _inputs], [.. instructions], Outputs()) { Levels = levels, Domains = _domains };
        CheckText(program);
        return program;
    }

    private void ReadVersion()
    {
        var line = NextLine();
        if (!line.Take(ProgramText.Magic))
            throw line.Error($"a program begins with '{ProgramText.Magic}'");
        var version = line.Integer("the version");
        if (version != ProgramText.Version)
            throw line.Error($"the program is of version {version}, this program reads version {ProgramText.Version}: plan it anew");
        line.ExpectEnd();
    }

    /// <summary>The last line names the SHA-256 of those before it.</summary>
    private void CheckHash(string text)
    {
        var last = _lines.Length - 2;
        if (last < 1 || _lines[^1].Length > 0 || !_lines[last].StartsWith($"{ProgramText.Hash} ", StringComparison.Ordinal))
            throw Error(_lines.Length, $"the text is cut off: the last line should be '{ProgramText.Hash}' and the hash of those before");
        var hash = ProgramWriter.HashOf(text[..(text.Length - _lines[last].Length - 1)]);
        if (_lines[last] != $"{ProgramText.Hash} {hash}")
            throw Error(last + 1, $"the text was changed after it was written: its hash is {hash}");
    }

    private SlotGrid ReadGrid() => Next("grid", line =>
    {
        var (tokens, examples, blocks) = (Size("tokens"), Size("examples"), Size("blocks"));
        return (long)tokens * examples * blocks <= ProgramText.MostSlots
            ? new SlotGrid(tokens, examples, blocks)
            : throw line.Error($"the grid has more than {ProgramText.MostSlots} slots");

        int Size(string what)
        {
            var size = line.Integer($"the number of {what}", 1, ProgramText.MostSlots);
            line.Expect(what);
            if (what != "blocks")
                line.Expect("x");
            return BitOperations.IsPow2(size) ? size : throw line.Error($"the number of {what} is {size}; it must be a power of two");
        }
    });

    private int? ReadLevels() => Peek("levels")
        ? Next("levels", line => line.Integer("the level of refreshed values", 1, ProgramText.HighestLevel))
        : null;

    private void ReadPolynomial() => Next("polynomial", line =>
    {
        var name = line.Name("the polynomial's name");
        var domain = ReadInterval(line);
        double? error = line.Take("error") ? line.Number("the error") : null;
        line.Expect("coefficients");
        var coefficients = new List<double>();
        while (!line.IsAtEnd && coefficients.Count <= ProgramText.HighestDegree)
            coefficients.Add(line.Number("a coefficient"));
        try
        {
            _instructions.AddPolynomial(line, name, new ChebyshevPolynomial(domain, coefficients, error));
        }
        catch (ArgumentException exception)
        {
            throw line.Error(exception.Message);
        }
        return name;
    });

    private void ReadDomain() => Next("domain", line =>
    {
        var value = line.Name("the value");
        var interval = ReadInterval(line);
        line.Expect("as");
        var name = line.Name("the domain's name");
        return _domains.TryAdd(value, new ValueDomain(name, interval)) ? name : throw line.Error($"there are two domains of {value}");
    });

    private static Interval ReadInterval(ProgramLine line)
    {
        line.Expect("on");
        var low = line.Number("the domain's lower end");
        line.Expect("to");
        var high = line.Number("the domain's upper end");
        try
        {
            return new Interval(low, high);
        }
        catch (ArgumentException exception)
        {
            throw line.Error(exception.Message);
        }
    }

    private void ReadInput(int? refreshed) => Next("input", line =>
    {
        var value = _instructions.Make(line);
        if (refreshed is { } highest)
        {
            line.Expect("level");
            _inputLevels.Add(value.Name, line.Integer("the input's level", 0, highest));
        }
        _inputs.Add(value);
        return value;
    });

    private void ReadOutput() => Next("output", line =>
    {
        var name = line.Name("the output's name");
        line.Expect("=");
        _outputs.Add((name, line.Name("the output's value"), _line));
        return name;
    });

    private Dictionary<string, Value> Outputs()
    {
        var outputs = new Dictionary<string, Value>();
        foreach (var (name, value, line) in _outputs)
        {
            if (_instructions.Find(value) is not { } found)
                throw Error(line, $"the output {name} is {value}, which is not made, or does not live at the end");
            if (!outputs.TryAdd(name, found))
                throw Error(line, $"there are two outputs {name}");
        }
        return outputs;
    }

    /// <summary>A program has one text, so that equal programs have equal hashes.</summary>
    private void CheckText(EncryptedProgram program)
    {
        var written = ProgramWriter.Write(program).Split('\n');
        for (var i = 0; i < Math.Min(written.Length, _lines.Length); i++)
        {
            if (written[i] != _lines[i])
                throw Error(i + 1, $"the line should be written '{Shortened(written[i])}'");
        }
    }

    private static string Shortened(string text) => text.Length <= 200 ? text : $"{text[..200]}...";

    private bool Peek(string word) => _line < _lines.Length && _lines[_line].StartsWith($"{word} ", StringComparison.Ordinal);

    /// <summary>Reads all of the next line, which begins with a word.</summary>
    private T Next<T>(string word, Func<ProgramLine, T> read)
    {
        var line = NextLine();
        line.Expect(word);
        var result = read(line);
        line.ExpectEnd();
        return result;
    }

    private ProgramLine NextLine()
    {
        if (_line >= _lines.Length)
            throw Error(_line, "the text ends too early");
        var text = _lines[_line++];
        return text.Length <= ProgramText.LongestLine
            ? new ProgramLine(text, Place(_line))
            : throw Error(_line, $"a line has at most {ProgramText.LongestLine} characters, this one {text.Length}");
    }

    private string Place(int line) => $"{_source}, line {line}";

    private ProgramFormatException Error(int line, string message) => new($"{Place(line)}: {message}");
}
