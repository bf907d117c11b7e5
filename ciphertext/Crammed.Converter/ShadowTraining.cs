using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;

namespace Crammed.Converter;

/// <summary>
/// A developer's tool: the first step of a plan on a container, executed by whoever has the secret key, with clear slots beside it, where a
/// server's results are not what they should be.
/// </summary>
public static class ShadowTraining
{
    /// <summary>Executes the step until a group is further off than its bound, or to its end.</summary>
    /// <param name="plan">a plan that the server refreshes</param>
    /// <param name="container">packed for it</param>
    /// <param name="keys">evaluation keys of the secret key</param>
    /// <param name="secret">the secret key</param>
    /// <param name="folder">for groups that the program stores</param>
    /// <param name="threads">of the evaluator</param>
    /// <returns>the first group that is off, or null; and how many were compared</returns>
    /// <exception cref="InvalidOperationException">the plan asks the key holder for refreshes</exception>
    /// <exception cref="RangeViolationException">a clear value leaves the domain of a polynomial</exception>
    public static (ShadowGap? First, int Compared) Run(
        PlanFolder plan, EncryptedContainer container, EvaluationKeys keys, SecretKey secret, string folder, int threads)
    {
        var evaluator = new Evaluator(plan.Parameters, keys, threads);
        var bootstrapping = plan.BootstrapRange is { } range ? new BootstrappingPlan(plan.Parameters, range: range) : null;
        using var bootstrapper =
            bootstrapping is null ? null : new Bootstrapper(bootstrapping, evaluator, new CkksEncoder(plan.Parameters));
        using var groups = new CkksGroups(plan.Levels, evaluator, bootstrapper);
        var decryptor = new Decryptor(secret);
        var inputs = container.ReadBatch(0).Concat(container.ReadState())
            .ToDictionary(group => group.Key, group => AtInputLevel(groups, plan, group.Key, group.Value));
        var slots = inputs.ToDictionary(group => group.Key, group => group.Value.Select(Decrypt).ToArray());
        var (program, constants) = (plan.Training, plan.Constants(0));
        var noise = new InstructionNoise(plan.Levels, bootstrapping);
        var statistics = ErrorCalibration.Run(program, noise, slots, constants);
        var estimates = new NoiseEstimate(noise, program, statistics, constants).Estimate();
        using var shadow = new ShadowRun(program, slots, constants, estimates, Decrypt, new SpillFolder(folder));
        using var run = ProgramRun.Start(program, groups, inputs, constants, new SpillFolder(folder));
        foreach (var vector in inputs.Values.SelectMany(vectors => vectors))
            vector.Dispose();
        while (!run.IsDone && shadow.First is null)
            run.Step(shadow.Observe);
        return (shadow.First, shadow.Compared);

        double[] Decrypt(SlotVector vector) => decryptor.DecryptToSlots(CkksGroups.Read(vector));
    }

    private static SlotVector[] AtInputLevel(CkksGroups groups, PlanFolder plan, string name, Ciphertext[] ciphertexts)
    {
        var level = plan.Training.Levels!.Inputs[name];
        SlotVector[] vectors = [.. ciphertexts.Select(groups.Load)];
        if (vectors.All(vector => vector.Level == level))
            return vectors;
        var lowered = groups.Lower(vectors, level);
        foreach (var vector in vectors)
            vector.Dispose();
        return lowered;
    }
}
