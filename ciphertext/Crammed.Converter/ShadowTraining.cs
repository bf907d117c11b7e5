using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;
using Crammed.Files;

namespace Crammed.Converter;

/// <summary>What a shadow run is made of.</summary>
/// <param name="Plan">whose training is executed</param>
/// <param name="Container">packed for it</param>
/// <param name="Keys">evaluation keys of the secret key</param>
/// <param name="Secret">the secret key</param>
/// <param name="Folder">for groups that the program stores</param>
/// <param name="Threads">of the evaluator</param>
public sealed record ShadowInput(
    PlanFolder Plan, EncryptedContainer Container, EvaluationKeys Keys, SecretKey Secret, string Folder, int Threads);

/// <summary>
/// A developer's tool: a step of a plan on a container, executed by whoever has the secret key, with clear slots beside it, where a
/// server's results are not what they should be.
/// </summary>
public static class ShadowTraining
{
    /// <summary>Executes the step until a group is further off than its bound, or to its end.</summary>
    /// <param name="input">what it is made of</param>
    /// <param name="step">from 0; the steps before are made on clear slots, and their parameters and moments encrypted</param>
    /// <param name="progress">told after each instruction</param>
    /// <param name="cancellation">stops between instructions</param>
    /// <returns>the groups that were compared, and the first that is off, or null</returns>
    /// <exception cref="RangeViolationException">a clear value leaves the domain of a polynomial</exception>
    public static (IReadOnlyList<ShadowGap> Gaps, ShadowGap? First) Run(
        ShadowInput input, int step = 0, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        var plan = input.Plan;
        var memory = plan.Manifest.TrainingMemory;
        var evaluator = new Evaluator(plan.Parameters, input.Keys, input.Threads);
        var bootstrapping = plan.BootstrapRange is { } range ? new BootstrappingPlan(plan.Parameters, range: range) : null;
        using var bootstrapper = bootstrapping is null
            ? null
            : new Bootstrapper(
                bootstrapping, evaluator, new CkksEncoder(plan.Parameters), memory?.Diagonals ?? DiagonalStorage.Transformed);
        using var groups = new CkksGroups(plan.Levels, evaluator, bootstrapper, new OwnRefresher(new RefreshParty(input.Secret)));
        var decryptor = new Decryptor(input.Secret);
        var slots = Decrypted(decryptor, input.Container.ReadBatch(step)).Concat(StateBefore(input, decryptor, step)).ToDictionary();
        var inputs = Encrypted(input, groups, slots);
        var (program, constants) = (plan.Training, plan.Constants(step));
        var noise = ClearPlanRun.NoiseOf(plan);
        var statistics = ErrorCalibration.Run(program, noise, slots, constants);
        var estimates = new NoiseEstimate(noise, program, statistics, constants).Estimate();
        using var shadow = new ShadowRun(
            program, slots, constants, estimates, vector => decryptor.DecryptToSlots(CkksGroups.Read(vector)), new SpillFolder(input.Folder));
        using var run = ProgramRun.Start(program, groups, inputs, constants, new SpillFolder(input.Folder));
        Release(inputs);
        while (!run.IsDone && shadow.First is null)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Step(shadow.Observe);
            progress?.Report(new WorkProgress("executing", run.Next, program.Instructions.Count, "instructions"));
        }
        return (shadow.Gaps, shadow.First);
    }

    /// <summary>
    /// The gradients that a training's updates take, by the parameters' names: what is multiplied by its share in a new first moment.
    /// </summary>
    public static IReadOnlyDictionary<string, Value> GradientsOf(EncryptedProgram training)
    {
        var gradients = new Dictionary<string, Value>();
        foreach (var masked in training.Instructions.OfType<Masked>())
        {
            var taken = masked.Terms.FirstOrDefault(term => term.Mask.Scalar is ScalarNames.FirstMomentTaken or ScalarNames.InverseLossScale);
            var parameter = training.Inputs.Select(input => input.Name)
                .Where(name => masked.Result.Name.StartsWith($"{name}.", StringComparison.Ordinal)).MaxBy(name => name.Length);
            if (taken is not null && parameter is not null)
                gradients.TryAdd(parameter, taken.Operand.Value);
        }
        return gradients;
    }

    /// <summary>Parameters and moments before a step.</summary>
    private static IReadOnlyDictionary<string, double[][]> StateBefore(ShadowInput input, Decryptor decryptor, int step)
    {
        var state = Decrypted(decryptor, input.Container.ReadState());
        if (step == 0)
            return state;
        using var clear = new ClearPlanRun(input.Plan, state);
        for (var before = 0; before < step; before++)
            clear.Train(before, Decrypted(decryptor, input.Container.ReadBatch(before)));
        return clear.State;
    }

    private static Dictionary<string, double[][]> Decrypted(Decryptor decryptor, Dictionary<string, Ciphertext[]> groups)
    {
        var slots = groups.ToDictionary(group => group.Key, group => group.Value.Select(decryptor.DecryptToSlots).ToArray());
        foreach (var ciphertext in groups.Values.SelectMany(ciphertexts => ciphertexts))
            ciphertext.Dispose();
        return slots;
    }

    private static Dictionary<string, SlotVector[]> Encrypted(
        ShadowInput input, CkksGroups groups, IReadOnlyDictionary<string, double[][]> slots)
    {
        var encryptor = new Encryptor(input.Secret);
        var inputs = new Dictionary<string, SlotVector[]>();
        foreach (var value in input.Plan.Training.Inputs)
        {
            var level = input.Plan.Levels.OfCiphertext(input.Plan.Training.Levels!.Inputs[value.Name]);
            inputs.Add(value.Name, [.. slots[value.Name].Select(vector => groups.Load(encryptor.Encrypt(vector, level)))]);
        }
        return inputs;
    }

    private static void Release(Dictionary<string, SlotVector[]> inputs)
    {
        foreach (var vector in inputs.Values.SelectMany(vectors => vectors))
            vector.Dispose();
    }

    private sealed class OwnRefresher(RefreshParty party) : IRefresher
    {
        public Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel) => party.Refresh(ciphertexts, targetLevel);
    }
}
