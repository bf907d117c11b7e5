using System.Diagnostics;
using Crammed.Cli.Reports;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Trainer;

namespace Crammed.Cli.Encryption;

/// <summary>What a run on ciphertexts took, beside what was predicted.</summary>
internal static class RunCosts
{
    /// <summary>Reads the training program's own account, and sizes of files.</summary>
    public static RunCost Of(PlanFolder plan, EncryptedProgram program, EncryptedRunResult run, EncryptedRunFiles files)
    {
        var (profile, trains) = (run.Profile, ReferenceEquals(program, plan.Training));
        return new RunCost(
            trains ? "training step" : "batch",
            StepCost.Predicted(plan, program, trains ? plan.Manifest.PredictedSeconds : profile.PredictedSeconds),
            StepCost.Measured(plan, program, profile), PartsOf(program, profile), InstructionsOf(program, profile), SizesOf(files, profile),
            [
                new NamedBytes(EncryptionFactsText.Server, profile.PeakMemoryBytes),
                .. run.RefreshPartyPeakBytes is { } peak ? [new NamedBytes(EncryptionFactsText.RefreshParty, peak)] : Array.Empty<NamedBytes>(),
                new NamedBytes(EncryptionFactsText.Owner, Process.GetCurrentProcess().PeakWorkingSet64),
            ]);
    }

    private static PartTime[] PartsOf(EncryptedProgram program, ProgramProfile profile)
    {
        var steps = Math.Max(1, profile.StepSeconds.Count);
        return
        [
            .. ProgramParts.OfEach(program).Index().GroupBy(part => part.Item, part => part.Index)
                .Select(part => new PartTime(
                    part.Key, part.Sum(index => profile.InstructionPredictedSeconds[index]),
                    part.Sum(index => profile.InstructionSeconds[index]) / steps))
                .OrderByDescending(part => part.Measured),
        ];
    }

    private static InstructionTime[] InstructionsOf(EncryptedProgram program, ProgramProfile profile)
    {
        var counts = program.Instructions.CountBy(instruction => instruction.GetType().Name).ToDictionary();
        return
        [
            .. profile.ByKind.OrderByDescending(kind => kind.Value).Select(kind => new InstructionTime(
                kind.Key, counts.GetValueOrDefault(kind.Key), kind.Value / Math.Max(1, profile.StepSeconds.Count))),
        ];
    }

    /// <summary>What goes to the server once, and what comes back.</summary>
    private static NamedBytes[] SizesOf(EncryptedRunFiles files, ProgramProfile profile) =>
    [
        new("evaluation keys, sent to the server", BytesOf(KeyFolder.PublicOf(files.Keys))),
        new("evaluation keys, in the server's memory", profile.KeyBytes),
        new("encrypted container, sent to the server", BytesOf(files.Container)),
        new("encrypted logits, sent back", new DirectoryInfo(files.Output).EnumerateFiles("logits-*.ct").Sum(file => file.Length)),
        new("encrypted state, sent back", BytesOf(Path.Combine(files.Output, RunFiles.States))),
    ];

    private static long BytesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
}
