using System.Numerics;
using System.Text.Json;

namespace Crammed.Files;

public static class SafetensorsExtensions
{
    /// <summary>Refuses a file whose tensor is missing or has another shape.</summary>
    /// <exception cref="InvalidDataException">The message gives file, tensor, shape and expected shape.</exception>
    public static void RequireShape(this SafetensorsFile file, string name, IReadOnlyList<long> expected)
    {
        if (!file.Contains(name))
            throw new InvalidDataException($"{file.Path}: tensor '{name}' is missing");
        var actual = file.Shape(name);
        if (!actual.SequenceEqual(expected))
        {
            throw new InvalidDataException(
                $"{file.Path}: tensor '{name}' is [{string.Join(", ", actual)}], expected [{string.Join(", ", expected)}]");
        }
    }

    /// <summary>Reads a float32 tensor of exactly this shape.</summary>
    /// <exception cref="InvalidDataException">Missing, of another shape, or with a value that is not finite.</exception>
    public static float[] ReadFiniteFloat32(this SafetensorsFile file, string name, IReadOnlyList<long> shape)
    {
        file.RequireShape(name, shape);
        return Finite(file, name, file.ReadFloat32(name));
    }

    /// <summary>Reads a float64 tensor of exactly this shape.</summary>
    /// <exception cref="InvalidDataException">Missing, of another shape, or with a value that is not finite.</exception>
    public static double[] ReadFiniteFloat64(this SafetensorsFile file, string name, IReadOnlyList<long> shape)
    {
        file.RequireShape(name, shape);
        return Finite(file, name, file.ReadFloat64(name));
    }

    /// <exception cref="InvalidDataException">The metadata entry is missing or has another value.</exception>
    public static void RequireMetadata(this SafetensorsFile file, string key, string expected)
    {
        if (Metadata(file, key) is var actual && actual != expected)
            throw new InvalidDataException($"{file.Path}: metadata '{key}' is '{actual}', expected '{expected}'");
    }

    /// <exception cref="InvalidDataException">The metadata entry is missing, or the parser refuses it.</exception>
    public static T ParseMetadata<T>(this SafetensorsFile file, string key, Func<string, T> parse)
    {
        try
        {
            return parse(Metadata(file, key));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or OverflowException)
        {
            var fault = exception is JsonException json ? JsonFile.Describe(json) : exception.Message;
            throw new InvalidDataException($"{file.Path}: metadata '{key}' is malformed: {fault}", exception);
        }
    }

    private static string Metadata(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out var value)
            ? value
            : throw new InvalidDataException($"{file.Path}: metadata '{key}' is missing");

    private static T[] Finite<T>(SafetensorsFile file, string name, T[] values)
        where T : IFloatingPoint<T>
    {
        var bad = Array.FindIndex(values, value => !T.IsFinite(value));
        if (bad >= 0)
            throw new InvalidDataException(
                $"{file.Path}: tensor '{name}' holds {values[bad]} at position {bad}; every value must be finite");
        return values;
    }
}
