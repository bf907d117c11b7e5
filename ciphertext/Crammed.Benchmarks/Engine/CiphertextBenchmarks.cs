using BenchmarkDotNet.Attributes;
using Crammed.Ckks;

namespace Crammed.Benchmarks.Engine;

/// <summary>Operations on ciphertexts of one shape, each returning its result's memory to the pool.</summary>
public class CiphertextBenchmarks
{
    private const int SummedProducts = 16;

    /// <summary>Ciphertexts of a product with frozen weights: shifts of one vector or a few.</summary>
    private const int PeriodicInputs = 32;

    /// <summary>Results that share them: columns of a small model's stream, a head's of a large one's.</summary>
    private const int PeriodicOutputs = 64;

    /// <summary>Distinct numbers of a vector of frozen weights.</summary>
    private const int Blocks = 16;

    private EngineSetup _setup = null!;
    private Evaluator _evaluator = null!;
    private PeriodicMatrix _weights = null!;
    private Ciphertext[] _inputs = [];
    private Ciphertext[] _left = [];
    private Ciphertext[] _right = [];

    [ParamsSource(nameof(Shapes))]
    public EngineShape Shape { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<EngineShape> Shapes => EngineShape.All;

    [GlobalSetup]
    public void SetUp()
    {
        _setup = EngineSetup.Of(Shape);
        _evaluator = new Evaluator(_setup.Parameters, _setup.Keys, Threads);
        _left = [.. Enumerable.Repeat(_setup.Left, SummedProducts)];
        _right = [.. Enumerable.Repeat(_setup.Right, SummedProducts)];
        // Each in memory of its own, as programs have them.
        _inputs = [.. Enumerable.Range(0, PeriodicInputs).Select(_ => _setup.Left.Clone())];
        _weights = _setup.Encoder.EncodePeriodicMatrix(
            PeriodicOutputs, PeriodicInputs, Blocks, (output, input) => _setup.Values[(output * PeriodicInputs + input)..][..Blocks],
            Shape.Level, _setup.Left.Scale);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (var input in _inputs)
            input.Dispose();
        _weights.Dispose();
    }

    [Benchmark]
    public void Add() => _evaluator.Add(_setup.Left, _setup.Right).Dispose();

    [Benchmark]
    public void MultiplyPlain() => _evaluator.MultiplyPlain(_setup.Left, _setup.Plaintext).Dispose();

    [Benchmark]
    public void MultiplyScalar() => _evaluator.MultiplyScalar(_setup.Left, 0.7, _setup.Left.Scale).Dispose();

    [Benchmark]
    public void MultiplyInteger() => _evaluator.MultiplyInteger(_setup.Left, 3).Dispose();

    /// <summary>Sixteen products summed before one relinearization, as sums over features have them.</summary>
    [Benchmark(OperationsPerInvoke = SummedProducts)]
    public void SumOfProducts() => _evaluator.SumOfProducts(_left, _right).Dispose();

    /// <summary>A frozen map's products, by weights that depend on the block only; the weights are encoded before.</summary>
    [Benchmark(OperationsPerInvoke = PeriodicOutputs * PeriodicInputs)]
    public void PeriodicProducts()
    {
        foreach (var sum in _evaluator.SumsOfPeriodicProducts(_inputs, _weights))
            sum?.Dispose();
    }

    [Benchmark]
    public void MultiplyRelinearizeRescale()
    {
        using var product = _evaluator.Multiply(_setup.Left, _setup.Right);
        _evaluator.RelinearizeAndRescale(product).Dispose();
    }

    [Benchmark]
    public void Rescale() => _evaluator.Rescale(_setup.Left).Dispose();

    [Benchmark]
    public void Rotate() => _evaluator.Rotate(_setup.Left, EngineSetup.Steps[0]).Dispose();

    [Benchmark]
    public void HoistedRotations()
    {
        foreach (var rotated in _evaluator.RotateMany(_setup.Left, EngineSetup.Steps))
            rotated.Dispose();
    }

    /// <summary>The same rotations added up before one division by P.</summary>
    [Benchmark]
    public void SumOfRotations() =>
        _evaluator.SumsOfRotations([[.. EngineSetup.Steps.Select(steps => new RotationTerm(_setup.Left, steps))]])[0].Dispose();
}
