using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Reports;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Cli.Commands.Plan;

/// <summary>
/// <c>crammed plan</c>: from a checkpoint to the program of a training step with levels and refreshes, and what a run will take, before any
/// key is made or anything is encrypted.
/// </summary>
internal sealed class PlanCommand : ICommandHandler<PlanSettings>
{
    /// <summary>The program.</summary>
    public const string PlanFile = "plan.txt";

    /// <summary>The figures.</summary>
    public const string ReportFile = "plan.md";

    /// <summary>A refresh's range is at least this times what was seen.</summary>
    private const double RangeMargin = 1.5;

    /// <inheritdoc/>
    public async Task<int> RunAsync(RunContext<PlanSettings> context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var input = PlanInput.Load(settings, context.Resolve);
        context.RequireOutputName(settings.Name);
        if (settings.Costs.Count == 0)
            await context.Notices.WriteLineAsync($"costs: those of {input.Table.Machine}; give costs=[FILE.csv] for another machine");
        var programHash = ProgramWriter.Hash(input.Program);
        var calibration = Calibration(context, input, programHash, cancellationToken);
        var figures = context.Shown(progress => Planned(settings, input, calibration, progress));
        Refuse(settings, figures);
        var plan = figures.Plan;

        var folder = context.CreateOutputFolder(
            settings.Name, input.ModelFolder, context.ResolveOptional(settings.Export), context.ResolveOptional(settings.Draw),
            context.ResolveOptional(settings.Calibration));
        calibration.Write(folder.PathOf(PlanCalibration.File));
        folder.WriteText(PlanFile, ProgramWriter.Write(plan.Program));
        var report = PlanReport.Text(input, figures, calibration, programHash);
        folder.WriteText(ReportFile, report);
        await context.Output.WriteAsync(report);
        await context.Output.WriteLineAsync($"\n{folder.ShownPath}: {PlanFile}, {ReportFile}, {PlanCalibration.File}");
        context.AddResult("seconds", plan.Milliseconds / 1000);
        context.AddResult("refreshes", plan.Schedule.RefreshCount);
        context.AddResult("memory_bytes", figures.MemoryBytes);
        context.AddResult("signal_bits", figures.Noisiest.SignalBits ?? double.NaN);
        return ExitCode.Success;
    }

    /// <summary>That of an earlier plan, if it fits the program, or a new one.</summary>
    private static PlanCalibration Calibration(
        RunContext<PlanSettings> context, PlanInput input, string programHash, CancellationToken cancellation)
    {
        var settings = context.Settings;
        var modelHash = Checkpoint.WeightsSha256(input.ModelFolder);
        if (settings.Calibration is { } file)
        {
            if (PlanCalibration.Read(context.Resolve(file), modelHash, programHash, input.Program) is { } known)
                return known;
            context.Notices.WriteLine($"{file}: was taken with another program of this model; calibrating anew");
        }
        var batches = PlanBatches.Of(input, context.ResolveOptional(settings.Export), settings.CalibrationSteps, settings.Seed);
        context.Notices.WriteLine($"calibrated on {batches.Source}");
        return context.Shown(progress =>
            PlanCalibration.Measure(input, batches, settings.Seed, modelHash, programHash, progress, cancellation));
    }

    /// <summary>
    /// A plan without regard to memory or, where that does not fit 'he.memory', one that trades seconds for it, if there is one that fits.
    /// </summary>
    private static PlanFigures Planned(PlanSettings settings, PlanInput input, PlanCalibration calibration, IProgress<WorkProgress> progress)
    {
        var free = Plan(settings, input, calibration, progress, null);
        var figures = PlanFigures.Of(input, free, free, calibration);
        if (settings.He.Memory is not { } gibibytes || figures.MemoryBytes <= Bytes(gibibytes))
            return figures;
        try
        {
            var budget = new MemoryBudget(input.Costs, input.Levels(figures.LargestRange), Bytes(gibibytes));
            return PlanFigures.Of(input, Plan(settings, input, calibration, progress, budget), free, calibration);
        }
        catch (MemoryBudgetException)
        {
            // Refused with what the plan takes that is free to take it.
            return figures;
        }
    }

    private static long Bytes(double gibibytes) => (long)(gibibytes * (1L << 30));

    private static ProgramPlan Plan(
        PlanSettings settings, PlanInput input, PlanCalibration calibration, IProgress<WorkProgress> progress,
        MemoryBudget? memory)
    {
        try
        {
            return ProgramPlan.Create(
                input.Program, input.Costs, new LocalSearchPlacement(settings.Search, settings.Seed) { Progress = progress },
                new PlanOptions(calibration.Bounds, RangeMargin, input.Method, StateLevels(input), Memory: memory));
        }
        catch (InvalidOperationException exception) when (exception is not MemoryBudgetException)
        {
            throw new ConfigurationException(
                $"under {input.Parameters.Name} the program cannot be planned: {exception.Message}", exception);
        }
    }

    /// <summary>Parameters and moments come back refreshed, so that the next step begins where this one did.</summary>
    private static Dictionary<string, int> StateLevels(PlanInput input)
    {
        var given = input.Program.Inputs.Select(value => value.Name).ToHashSet();
        return input.Program.Outputs.Keys.Where(given.Contains).ToDictionary(name => name, _ => input.Costs.RefreshedLevel);
    }

    /// <exception cref="ConfigurationException">Too much memory, or too much noise.</exception>
    private static void Refuse(PlanSettings settings, PlanFigures figures)
    {
        if (settings.He.Memory is { } budget && figures.MemoryBytes > Bytes(budget))
        {
            throw new ConfigurationException(FormattableString.Invariant($"'he.memory' is {budget} GiB, and a run takes ")
                + $"{NumberText.Bytes(figures.MemoryBytes)}: {NumberText.Bytes(figures.KeyBytes)} of keys, "
                + $"{NumberText.Bytes(figures.Plan.Memory.PeakBytes)} of ciphertexts at the peak, "
                + $"{NumberText.Bytes(figures.DiagonalBytes + PlanFigures.EncodingBytes)} of diagonals and encodings; give more memory, a smaller batch or a smaller parameter set");
        }
        if (figures.Noisiest is var part && part.SignalBits < settings.LeastSignalBits)
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"{part.Name}: the signal of {part.Noisiest} is only 2^{part.SignalBits:F1} times the noise, ")
                + FormattableString.Invariant($"less than 2^{settings.LeastSignalBits}; ")
                + "use a parameter set with more precision, or lower least_signal_bits if the value does not matter");
        }
    }
}
