using Crammed.Encrypted.Execution;
using Crammed.Files;

namespace Crammed.Encrypted.Containers;

/// <summary>Frozen matrices and vectors of programs by name, float32, in safetensors: matrix.NAME [row, column] and vector.NAME [feature].</summary>
public static class FrozenWeightsFile
{
    private const string Matrix = "matrix.";
    private const string Vector = "vector.";

    public static void Write(
        string path, IReadOnlyDictionary<string, FrozenWeights> matrices, IReadOnlyDictionary<string, float[]> vectors)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, weights) in matrices)
        {
            if (weights.Transposed)
                throw new ArgumentException($"{name} is transposed; weights are written as they are stored", nameof(matrices));
            writer.AddFloat32(Matrix + name, [weights.Rows, weights.Columns], weights.Values);
        }
        foreach (var (name, values) in vectors)
            writer.AddFloat32(Vector + name, [values.Length], values);
        writer.Write(path);
    }

    /// <exception cref="FileNotFoundException">there is no such file</exception>
    /// <exception cref="InvalidDataException">malformed, a tensor of another kind, or a value that is not finite</exception>
    public static (IReadOnlyDictionary<string, FrozenWeights> Matrices, IReadOnlyDictionary<string, float[]> Vectors) Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var matrices = new Dictionary<string, FrozenWeights>();
        var vectors = new Dictionary<string, float[]>();
        foreach (var name in file.Names)
        {
            var shape = file.Shape(name);
            if (name.StartsWith(Matrix, StringComparison.Ordinal) && shape.Count == 2)
                matrices.Add(name[Matrix.Length..], new FrozenWeights(file.ReadFiniteFloat32(name, shape), (int)shape[0], (int)shape[1]));
            else if (name.StartsWith(Vector, StringComparison.Ordinal) && shape.Count == 1)
                vectors.Add(name[Vector.Length..], file.ReadFiniteFloat32(name, shape));
            else
                throw new InvalidDataException($"{path}: '{name}' [{string.Join(", ", shape)}] is neither a matrix nor a vector of a program");
        }
        return (matrices, vectors);
    }
}
