using Crammed.Ckks.Ring;
using Crammed.Ckks.Serialization;

namespace Crammed.Ckks;

/// <summary>Reads evaluation keys that <see cref="EvaluationKeys.Write"/> wrote.</summary>
public static class EvaluationKeysReader
{
    /// <summary>Reads one set of keys and leaves the stream behind its last byte.</summary>
    /// <exception cref="CkksFormatException">the bytes are not evaluation keys of these parameters</exception>
    public static EvaluationKeys Read(Stream stream, CkksParameters parameters)
    {
        var reader = new FormatReader(stream, parameters, ObjectKind.EvaluationKeys);
        bool hasRelinearization = reader.ReadFlag("the mark of a relinearization key");
        int count = reader.ReadInt32();
        FormatReader.Check(count >= 0 && count < parameters.N, $"there are {count} Galois keys, allowed are 0 to {parameters.N - 1}");
        SwitchingKey? relinearization = null;
        var galois = new Dictionary<int, SwitchingKey>();
        try
        {
            if (hasRelinearization)
                relinearization = ReadKey(reader, parameters);
            int previous = 1;
            for (int i = 0; i < count; i++)
            {
                int element = reader.ReadInt32();
                FormatReader.Check(
                    element > previous && GaloisElement.IsValid(element, parameters.N),
                    $"Galois element {element} after {previous}: elements are odd, below {2 * parameters.N} and ascending");
                galois.Add(element, ReadKey(reader, parameters));
                previous = element;
            }
            return new EvaluationKeys(parameters, relinearization, galois);
        }
        catch
        {
            relinearization?.Dispose();
            foreach (SwitchingKey key in galois.Values)
                key.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that holds one set of keys and nothing else.</summary>
    /// <exception cref="CkksFormatException">its contents are anything else</exception>
    public static EvaluationKeys Load(string path, CkksParameters parameters) =>
        ObjectFile.Load(path, stream => Read(stream, parameters));

    private static SwitchingKey ReadKey(FormatReader reader, CkksParameters parameters)
    {
        int level = reader.ReadLevel();
        byte[] seed = reader.ReadSeed();
        int limbs = SwitchingKey.LimbsPerDigit(parameters, level);
        int ModulusOf(int limb) => parameters.ExtendedModulusIndex(limb % limbs, level);
        reader.CheckRemaining(reader.PolynomialBytes(parameters.DigitCount(level) * limbs, ModulusOf));
        SwitchingKey key = SwitchingKey.Expand(parameters, level, seed);
        try
        {
            reader.FillPolynomial(key.Masked, ModulusOf);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
