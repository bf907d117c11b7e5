using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;

namespace Crammed.Cli.Commands.Shadow;

/// <summary>
/// <c>crammed shadow</c>: a step on ciphertexts with clear slots beside it, by whoever has the secret key. Every group that the program
/// makes is decrypted and compared; the first that is further off than its bound ends the run.
/// </summary>
internal sealed class ShadowCommand : ICommandHandler<ShadowSettings>
{
    private const string Table = "shadow.csv";

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<ShadowSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var plan = PlanFolder.Open(context.Resolve(settings.Plan));
        var container = EncryptedContainer.Open(context.Resolve(settings.Container), plan);
        if (settings.Step >= plan.Manifest.Settings.Steps)
            throw new ConfigurationException($"step is {settings.Step}; the plan has {plan.Manifest.Settings.Steps}, from 0");
        var keyFolder = context.Resolve(settings.Keys);
        using var secret = KeyFolder.OpenSecret(keyFolder, plan.Parameters);
        container.RequireKey(keyFolder, secret.KeyId);
        using var keys = KeyFolder.OpenEvaluationKeys(
            keyFolder, plan.Parameters, ProgramKeys.Of(plan.Training, plan.Levels), plan.Manifest.TrainingMemory?.KeyMemory());
        var folder = context.CreateOutputFolder(settings.Name, plan.Folder, container.Folder, keyFolder);
        var stored = Directory.CreateDirectory(folder.PathOf("stored")).FullName;
        plan.Manifest.TrainingMemory?.Apply();
        var input = new ShadowInput(plan, container, keys, secret, stored, settings.Impl.ThreadCount);
        var (gaps, first) = context.Shown(progress => ShadowTraining.Run(input, settings.Step, progress, cancellationToken));
        Directory.Delete(stored, recursive: true);
        Write(folder.PathOf(Table), gaps);
        await context.Output.WriteLineAsync(Released(plan, gaps).ToString());
        await context.Output.WriteLineAsync($"{folder.ShownPath}/{Table}: {gaps.Count} groups");
        if (first is null)
            return ExitCode.Success;
        await context.Output.WriteLineAsync($"the first group beyond its bound: {first}");
        return ExitCode.Failure;
    }

    private static void Write(string path, IReadOnlyList<ShadowGap> gaps)
    {
        var table = new CsvTable("instruction", "value", "vectors", "rms", "error_rms", "error_worst", "error_estimated", "excess_bits");
        foreach (var gap in gaps)
        {
            table.AddRow(
                gap.Instruction, gap.Value.Name, gap.Value.Count, gap.Magnitude, gap.Rms, gap.Worst, gap.Expected, gap.Excess);
        }
        table.Write(path);
    }

    /// <summary>What a step gives back, and the gradients that its updates take.</summary>
    private static MarkdownTable Released(PlanFolder plan, IReadOnlyList<ShadowGap> gaps)
    {
        var table = new MarkdownTable("value", "size, rms>", "error, rms>", "relative, bits>", "estimated>", "excess, bits>");
        var byValue = gaps.ToDictionary(gap => gap.Value);
        var named = ShadowTraining.GradientsOf(plan.Training).Select(gradient => ($"gradient of {gradient.Key}", gradient.Value))
            .Concat(plan.Training.Outputs.Select(output => (output.Key, output.Value)));
        foreach (var (name, value) in named)
        {
            if (!byValue.TryGetValue(value, out var gap))
                continue;
            table.AddRow(
                name, NumberText.Magnitude(gap.Magnitude), NumberText.Magnitude(gap.Rms), NumberText.Fixed(Math.Log2(gap.Rms / gap.Magnitude), 1),
                NumberText.Magnitude(gap.Expected), NumberText.Fixed(gap.Excess, 2));
        }
        return table;
    }
}
