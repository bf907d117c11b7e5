using System.Globalization;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;

namespace Crammed.Trainer;

/// <summary>What is looked at before the first step, so that a run does not end after days for want of something.</summary>
internal static class StartChecks
{
    private const double BytesPerGibibyte = 1L << 30;

    /// <summary>Refuses a plan whose steps cannot follow one another, and one that needs a refresh party that is not there.</summary>
    /// <exception cref="InvalidDataException">the message is one line</exception>
    public static void RequireRunnable(PlanFolder plan, string? refreshSocket)
    {
        var levels = plan.Levels.LevelsOf(plan.Training);
        foreach (var value in plan.State)
        {
            var (given, back) = (levels[value], levels[plan.Training.Outputs[value.Name]]);
            var evaluated = plan.Evaluation.Levels!.Inputs.GetValueOrDefault(value.Name);
            if (back < Math.Max(given, evaluated))
            {
                throw new InvalidDataException(
                    $"{plan.Folder}: {value.Name} comes back at level {back}, and the next step takes it at "
                    + $"{Math.Max(given, evaluated)}; plan again");
            }
        }
        var asksClient = new[] { plan.Training, plan.Evaluation }.SelectMany(program => program.Instructions).OfType<Refresh>()
            .Any(refresh => refresh.Method == RefreshMethod.Client);
        if (asksClient && refreshSocket is null)
        {
            throw new InvalidDataException(
                $"{plan.Folder}: the key holder refreshes; give the socket of its refresh party, --refresh SOCKET");
        }
    }

    /// <summary>Refuses a run that does not fit in memory.</summary>
    /// <exception cref="InvalidDataException">the plan takes more than it may, or than there is; the message is one line</exception>
    public static void RequireMemory(PlanFolder plan, long? allowedBytes, ISystemResources resources)
    {
        var needed = plan.Manifest.PredictedBytes;
        if (needed > allowedBytes)
        {
            throw new InvalidDataException(
                $"{plan.Folder}: a run takes {Gibibytes(needed)}, --memory is {Gibibytes(allowedBytes.Value)}; "
                + "plan with less memory (he.memory)");
        }
        if (resources.Memory is { } free && needed > free.Bytes)
        {
            throw new InvalidDataException(
                $"{plan.Folder}: a run takes {Gibibytes(needed)} of memory, {Gibibytes(free.Bytes)} are free ({free.Place}); "
                + "plan with less memory (he.memory), or end other programs");
        }
    }

    /// <summary>
    /// Refuses a run that does not fit on the disk: stored groups and positions twice, since the ones before stay until the ones after are
    /// whole; states twice for the same reason; logits of all steps.
    /// </summary>
    /// <exception cref="InvalidDataException">the message is one line</exception>
    public static void RequireDisk(
        PlanFolder plan, EncryptedProgram program, bool isTraining, int steps, string output, ISystemResources resources)
    {
        var use = DiskUse.Of(program, plan.Levels);
        var levels = plan.Levels.LevelsOf(program);
        var states = isTraining ? plan.State.Sum(value => BytesOf(program.Outputs[value.Name])) : 0;
        var needed = 2 * (use.StoredBytes + use.PositionBytes + states) + steps * BytesOf(program.Outputs[PlanFolder.Logits]);
        if (resources.Disk(output) is { } free && needed > free.Bytes)
        {
            throw new InvalidDataException(
                $"{output}: a run takes {Gibibytes(needed)} on disk, {Gibibytes(free.Bytes)} are free; give a folder on another disk");
        }

        long BytesOf(Value value) =>
            value.Count * DiskUse.CiphertextBytes(plan.Parameters, plan.Levels.OfCiphertext(levels[value]));
    }

    private static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesPerGibibyte:F2} GiB");
}
