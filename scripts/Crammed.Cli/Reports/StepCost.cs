using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Trainer;

namespace Crammed.Cli.Reports;

/// <summary>What a plan says of a step of training, or of a batch to evaluate, before anything is encrypted, and what its run took.</summary>
/// <param name="Seconds">Of a step.</param>
/// <param name="Refreshes">Of a step; a bootstrap takes two vectors.</param>
/// <param name="MemoryBytes">Of the training program.</param>
/// <param name="TrafficBytes">That a step's refreshes send to the key holder and back; 0 where the server bootstraps.</param>
internal sealed record StepCost(double Seconds, double Refreshes, long MemoryBytes, long TrafficBytes)
{
    /// <summary>A step of training as a plan predicts it.</summary>
    public static StepCost Predicted(PlanFolder plan) => Predicted(plan, plan.Training, plan.Manifest.PredictedSeconds);

    /// <summary>A run of one of a plan's programs as it is predicted; the plan knows the memory of training alone, which takes more.</summary>
    public static StepCost Predicted(PlanFolder plan, EncryptedProgram program, double seconds)
    {
        var refreshes = program.Instructions.OfType<Refresh>().ToArray();
        return new StepCost(
            seconds, refreshes.Sum(refresh => CountOf(refresh, plan)), plan.Manifest.PredictedBytes,
            refreshes.Where(refresh => refresh.Method == RefreshMethod.Client)
                .Sum(refresh => refresh.Sources.Sum(source => source.Count) * Traffic(plan.Levels)));
    }

    /// <summary>As the training program measured it.</summary>
    public static StepCost Measured(PlanFolder plan, EncryptedProgram program, ProgramProfile profile)
    {
        var steps = Math.Max(1, profile.StepSeconds.Count);
        var executed = program.Instructions.Zip(profile.InstructionCounts)
            .Select(pair => pair.First is Refresh refresh ? (Refresh: refresh, Times: pair.Second) : (null!, 0)).Where(pair => pair.Times > 0)
            .ToArray();
        return new StepCost(
            profile.StepSeconds.Sum() / steps,
            executed.Sum(pair => (double)pair.Times * CountOf(pair.Refresh, plan)) / steps, profile.PeakMemoryBytes,
            executed.Where(pair => pair.Refresh.Method == RefreshMethod.Client)
                .Sum(pair => pair.Times * pair.Refresh.Sources.Sum(source => source.Count) * Traffic(plan.Levels)) / steps);
    }

    private static long CountOf(Refresh refresh, PlanFolder plan)
    {
        var counts = OperationCounts.Of(refresh, plan.Training.Grid);
        return counts.Refreshes;
    }

    /// <summary>Both polynomials at the lowest level there, one polynomial at the refreshed level and a seed back; headers not counted.</summary>
    private static long Traffic(CkksLevels levels) => 2 * Bytes(levels, levels.Lowest) + Bytes(levels, levels.Refreshed);

    private static long Bytes(CkksLevels levels, int level) => levels.Parameters.Moduli.Take(level + 1)
        .Sum(modulus => (long)(64 - ulong.LeadingZeroCount(modulus)) * levels.Parameters.N / 8);
}
