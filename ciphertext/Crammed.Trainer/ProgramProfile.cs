using System.Globalization;
using System.Text;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Trainer;

/// <summary>What a run of a plan cost so far, all processes that took part in it together.</summary>
public sealed record ProgramProfile
{
    /// <summary>SHA-256 of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Of each step or evaluation batch that is done.</summary>
    public required IReadOnlyList<double> StepSeconds { get; init; }

    /// <summary>What the step under way took until its position was saved; 0 between steps.</summary>
    public double PartialSeconds { get; init; }

    /// <summary>Predicted seconds of a step.</summary>
    public required double PredictedSeconds { get; init; }

    /// <summary>All seconds by kind of instruction.</summary>
    public required IReadOnlyDictionary<string, double> ByKind { get; init; }

    /// <summary>By part of the model.</summary>
    public required IReadOnlyDictionary<string, double> ByPart { get; init; }

    /// <summary>By level of the operands.</summary>
    public required IReadOnlyDictionary<string, double> ByLevel { get; init; }

    /// <summary>Peak resident memory of a process.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Of these the most that polynomials took, idle buffers among them, in this process.</summary>
    public required long PeakResidueBytes { get; init; }

    /// <summary>Evaluation keys in memory at the end.</summary>
    public required long KeyBytes { get; init; }

    /// <summary>Groups written to disk and read back.</summary>
    public required long SpilledBytes { get; init; }

    /// <summary>Written to save states and positions.</summary>
    public required long SavedBytes { get; init; }

    /// <summary>All seconds of each instruction.</summary>
    public required IReadOnlyList<double> InstructionSeconds { get; init; }

    /// <summary>Predicted seconds of each instruction.</summary>
    public required IReadOnlyList<double> InstructionPredictedSeconds { get; init; }

    /// <summary>How often each instruction was executed.</summary>
    public required IReadOnlyList<int> InstructionCounts { get; init; }

    public string ToJson() => ManifestJson.Write(this);

    /// <exception cref="FileNotFoundException">no such file</exception>
    /// <exception cref="InvalidDataException">malformed; the message is one line</exception>
    public static ProgramProfile Read(string path) => JsonFile.Read<ProgramProfile>(
        path, ManifestJson.Options, "the training program writes it", profile =>
        {
            var instructions = profile.InstructionSeconds.Count;
            if (profile.InstructionCounts.Count != instructions || profile.InstructionPredictedSeconds.Count != instructions)
                throw new ArgumentException("instructions are counted in several ways");
        }, maximumBytes: 1L << 26);

    /// <summary>The program's text, each instruction with its mean seconds before it, and those that were predicted.</summary>
    /// <param name="program">the one that was measured</param>
    public string Annotate(EncryptedProgram program)
    {
        var lines = ProgramWriter.Write(program).Split('\n');
        // The head, a line for each instruction, the hash, and nothing after the last line feed.
        var first = lines.Length - 2 - program.Instructions.Count;
        var text = new StringBuilder();
        for (var i = 0; i < lines.Length - 1; i++)
        {
            var instruction = i - first;
            if (instruction >= 0 && instruction < InstructionCounts.Count)
            {
                var seconds = InstructionSeconds[instruction] / Math.Max(1, InstructionCounts[instruction]);
                text.Append(CultureInfo.InvariantCulture, $"{seconds,10:F3}{InstructionPredictedSeconds[instruction],10:F3}  ");
            }
            else
            {
                text.Append(' ', 22);
            }
            text.Append(lines[i]).Append('\n');
        }
        return text.ToString();
    }
}
