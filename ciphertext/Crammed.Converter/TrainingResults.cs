using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Programs;

namespace Crammed.Converter;

/// <summary>
/// The key holder decrypts what a run of a plan's programs sent back. Everything that leaves here is rounded, since exact decryptions of
/// CKKS give away noise and with it the key (Li, Micciancio 2021: IND-CPA-D).
/// </summary>
/// <param name="plan">the plan</param>
/// <param name="packing">of its model</param>
/// <param name="secret">must outlive this</param>
/// <param name="precisionBits">released values are multiples of 2^-precisionBits</param>
public sealed class TrainingResults(PlanFolder plan, TaskPacking packing, SecretKey secret, int precisionBits)
{
    /// <summary>
    /// A result of a larger error is of no use: released values are of size one. What has imaginary parts of many times as much
    /// (<see cref="Decryptor.LargestImaginaryError"/>) is refused.
    /// </summary>
    private const double LargestError = 1.0 / (1 << 10);

    private readonly Decryptor _decryptor = new(secret);

    /// <summary>Logits [example][class] of a file that the training program wrote.</summary>
    /// <param name="path">logits of a step or of a batch</param>
    /// <param name="program">the one that made them</param>
    /// <param name="examples">in the batch</param>
    /// <exception cref="FileNotFoundException">no such file</exception>
    /// <exception cref="InvalidDataException">damaged, or not what was to be computed</exception>
    public double[][] Logits(string path, EncryptedProgram program, int examples)
    {
        var value = program.Outputs[PlanFolder.Logits];
        var slots = Slots(path, [value], _ => 0)[value.Name];
        return [.. packing.Logits(slots, examples).Select(logits => Array.ConvertAll(logits, Rounded))];
    }

    /// <summary>
    /// The mean loss of a batch, from its logits and the labels, which only the key holder has: cross entropy, squared error of a single
    /// output.
    /// </summary>
    /// <param name="logits">[example][class]</param>
    /// <param name="labels">the class of each example, or its score</param>
    public static double Loss(IReadOnlyList<double[]> logits, IReadOnlyList<double> labels)
    {
        if (logits.Count != labels.Count || labels.Count == 0)
            throw new ArgumentException($"{labels.Count} labels for {logits.Count} examples", nameof(labels));
        return logits.Zip(labels, (values, label) =>
        {
            if (values is [var score])
                return (score - label) * (score - label);
            // log of the sum of exponentials, less the largest of them, which then cannot overflow
            var largest = values.Max();
            return largest + Math.Log(values.Sum(value => Math.Exp(value - largest))) - values[(int)label];
        }).Average();
    }

    /// <summary>The class of each example: that of the largest logit, the first of equal ones.</summary>
    public static int[] Predictions(IReadOnlyList<double[]> logits) =>
        [.. logits.Select(values => Array.IndexOf(values, values.Max()))];

    /// <summary>Trained tensors by name, as <see cref="PackedParameters"/> names them, of a run's state.</summary>
    /// <param name="stateFolder">as the training program left it</param>
    /// <exception cref="FileNotFoundException">there is no state</exception>
    /// <exception cref="InvalidDataException">of another plan, before the first step, or damaged; the message is one line</exception>
    public IReadOnlyDictionary<string, double[]> Trained(string stateFolder)
    {
        var state = RunState.Read(stateFolder);
        state.RequirePlan(stateFolder, plan);
        var file = state.State ?? throw new InvalidDataException($"{stateFolder}: no step is done");
        file.RequireContents(stateFolder, "train again");
        var slots = Slots(Path.Combine(stateFolder, file.Name), plan.State, value => plan.Training.Levels!.Inputs[value.Name]);
        return packing.Trained(slots).ToDictionary(pair => pair.Key, pair => Array.ConvertAll(pair.Value, Rounded));
    }

    private double Rounded(double value) => Math.ScaleB(Math.Round(Math.ScaleB(value, precisionBits)), -precisionBits);

    private Dictionary<string, double[][]> Slots(string path, IReadOnlyList<Value> values, Func<Value, int> least)
    {
        var groups = CiphertextGroups.Read(
            path, plan.Parameters, values, value => (plan.Levels.OfCiphertext(least(value)), IsExact: false));
        try
        {
            return groups.ToDictionary(group => group.Key, group => group.Value.Select(Decrypt).ToArray());
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        finally
        {
            foreach (var ciphertext in groups.Values.SelectMany(group => group))
                ciphertext.Dispose();
        }

        double[] Decrypt(Ciphertext ciphertext) => _decryptor.DecryptToRealSlots(ciphertext, LargestError);
    }
}
