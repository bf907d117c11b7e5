using Crammed.Files;
using Crammed.Model;

namespace Crammed.Encrypted.Models;

/// <summary>Frozen weights of a checkpoint (<see cref="CheckpointFiles"/>) as plain arrays.</summary>
internal sealed class CheckpointReader : IDisposable
{
    private readonly SafetensorsFile _weights;

    /// <exception cref="FileNotFoundException">A file of the checkpoint is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public CheckpointReader(string folder)
    {
        Configuration = BertConfiguration.Read(Existing(folder, CheckpointFiles.Configuration));
        Calibration = Calibration.Read(Existing(folder, CheckpointFiles.Calibration));
        _weights = SafetensorsFile.Open(Existing(folder, CheckpointFiles.Weights));
    }

    public BertConfiguration Configuration { get; }

    public Calibration Calibration { get; }

    /// <summary>A matrix [rows, columns].</summary>
    /// <exception cref="InvalidDataException">Missing, or of another shape.</exception>
    public double[,] Matrix(string name, int rows, int columns)
    {
        var values = Values(name, rows, columns);
        var matrix = new double[rows, columns];
        for (var i = 0; i < values.Length; i++)
            matrix[i / columns, i % columns] = values[i];
        return matrix;
    }

    /// <summary>A vector of a length.</summary>
    /// <exception cref="InvalidDataException">Missing, or of another shape.</exception>
    public double[] Vector(string name, int length) => Values(name, length);

    public void Dispose() => _weights.Dispose();

    private double[] Values(string name, params long[] shape)
    {
        if (!_weights.Contains(name))
            throw new InvalidDataException($"{_weights.Path}: tensor '{name}' is missing.");
        if (!_weights.Shape(name).SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"{_weights.Path}: tensor '{name}' has shape [{string.Join(", ", _weights.Shape(name))}], "
                + $"the configuration asks for [{string.Join(", ", shape)}].");
        }
        return Array.ConvertAll(_weights.ReadFloat32(name), value => (double)value);
    }

    private static string Existing(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; '{folder}' is not a calibrated checkpoint.", path);
    }
}
