using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Converter;

/// <summary>
/// The key holder decrypts what the server sent back. Everything that leaves here is rounded to <see cref="Precision"/>, since exact
/// decryptions of CKKS give away noise and with it the key (Li, Micciancio 2021: IND-CPA-D).
/// </summary>
public sealed class ResultReader(CkksParameters parameters, SecretKey secret, ContainerManifest manifest)
{
    /// <summary>Released values are multiples of 2^-PrecisionBits: about three standard deviations of the noise at the demo's parameters.</summary>
    public const int PrecisionBits = 20;

    /// <summary>Released values are multiples of this.</summary>
    public const double Precision = 1.0 / (1 << PrecisionBits);

    /// <summary>
    /// A result of a larger error is of no use: released values are of size one. What has imaginary parts of many times as much
    /// (<see cref="Decryptor.LargestImaginaryError"/>) is refused.
    /// </summary>
    private const double LargestError = 1.0 / (1 << 10);

    private readonly Decryptor _decryptor = new(secret);
    private readonly SlotLayout _layout = manifest.Layout(parameters.SlotCount);

    /// <summary>Logits [example][class] of a file of one ciphertext a class.</summary>
    public double[][] Logits(string path, int examples)
    {
        var classes = Slots(path, manifest.Shape.Outputs);
        return [.. Enumerable.Range(0, examples).Select(example =>
            classes.Select(slots => Rounded(slots[_layout.Slot((SlotLayout.Example, example))])).ToArray())];
    }

    /// <summary>Mean loss of a batch from its logits and the labels, which only the key holder has.</summary>
    public double Loss(string path, IReadOnlyList<double> labels) =>
        Rounded(LogisticLoss.Mean(_layout, Slots(path, manifest.Shape.Outputs), labels));

    /// <summary>The trained adapters and head.</summary>
    public TrainedWeights Weights(string path)
    {
        var packed = ModelLoader.Parameters(manifest.Shape, manifest.Settings, parameters.SlotCount);
        return new TrainedWeights(manifest.Settings, manifest.Shape, packed.Unpack(Array.ConvertAll(Slots(path, 1)[0], Rounded)));
    }

    private static double Rounded(double value) => Math.Round(value / Precision) * Precision;

    private double[][] Slots(string path, int count)
    {
        var ciphertexts = CiphertextFile.Read(path, parameters, count);
        try
        {
            return [.. ciphertexts.Select(ciphertext => _decryptor.DecryptToRealSlots(ciphertext, LargestError))];
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        finally
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext.Dispose();
        }
    }
}
