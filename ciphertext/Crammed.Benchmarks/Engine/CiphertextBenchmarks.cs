using BenchmarkDotNet.Attributes;
using Crammed.Ckks;

namespace Crammed.Benchmarks.Engine;

/// <summary>Operations on ciphertexts of one shape, each returning its result's memory to the pool.</summary>
public class CiphertextBenchmarks
{
    private const int SummedProducts = 16;

    private EngineSetup _setup = null!;
    private Evaluator _evaluator = null!;
    /// <summary>Outputs that share the inputs of products with frozen weights.</summary>
    private const int PeriodicOutputs = 16;

    /// <summary>Distinct numbers of a vector of frozen weights.</summary>
    private const int Blocks = 16;

    private PeriodicPlaintext[,] _weights = new PeriodicPlaintext[0, 0];
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
        _weights = new PeriodicPlaintext[PeriodicOutputs, SummedProducts];
        for (var i = 0; i < _weights.Length; i++)
        {
            _weights[i / SummedProducts, i % SummedProducts] =
                _setup.Encoder.EncodePeriodic(_setup.Values.AsSpan(i * Blocks % (_setup.Values.Length - Blocks), Blocks), Shape.Level, _setup.Left.Scale);
        }
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

    /// <summary>A frozen map's products: sixteen outputs of sixteen ciphertexts, by weights that depend on the block only.</summary>
    [Benchmark(OperationsPerInvoke = PeriodicOutputs * SummedProducts)]
    public void PeriodicProducts()
    {
        foreach (var sum in _evaluator.SumsOfPeriodicProducts(_left, _weights))
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
}
