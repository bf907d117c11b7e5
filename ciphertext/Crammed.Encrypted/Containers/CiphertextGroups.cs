using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Containers;

/// <summary>A file of ciphertexts that holds groups of vectors one after the other; which ones, whoever reads it knows.</summary>
public static class CiphertextGroups
{
    /// <summary>Reads groups and checks what a program presumes of them.</summary>
    /// <param name="path">the file</param>
    /// <param name="parameters">of the ciphertexts</param>
    /// <param name="values">groups in their order</param>
    /// <param name="level">of a group the least level of its ciphertexts, and whether they are at none above</param>
    /// <exception cref="FileNotFoundException">no such file</exception>
    /// <exception cref="InvalidDataException">not such a file, damaged, or ciphertexts of other levels; the message is one line</exception>
    public static Dictionary<string, Ciphertext[]> Read(
        string path, CkksParameters parameters, IReadOnlyList<Value> values, Func<Value, (int Level, bool IsExact)> level)
    {
        var ciphertexts = CiphertextFile.Read(path, parameters, values.Sum(value => value.Count));
        try
        {
            var groups = new Dictionary<string, Ciphertext[]>();
            var taken = 0;
            foreach (var value in values)
            {
                var group = ciphertexts[taken..(taken + value.Count)];
                taken += value.Count;
                var (least, isExact) = level(value);
                if (group.FirstOrDefault(item => item.Level < least || isExact && item.Level != least) is { } other)
                    throw new InvalidDataException($"{path}: {value.Name} is at level {other.Level}, the program takes it at {least}");
                groups.Add(value.Name, group);
            }
            return groups;
        }
        catch
        {
            foreach (var ciphertext in ciphertexts)
                ciphertext.Dispose();
            throw;
        }
    }
}
