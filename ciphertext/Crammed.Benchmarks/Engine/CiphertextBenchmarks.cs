using BenchmarkDotNet.Attributes;
using Crammed.Ckks;

namespace Crammed.Benchmarks.Engine;

/// <summary>Operations on ciphertexts of one shape, each returning its result's memory to the pool.</summary>
public class CiphertextBenchmarks
{
    private EngineSetup _setup = null!;
    private Evaluator _evaluator = null!;

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
    }

    [Benchmark]
    public void Add() => _evaluator.Add(_setup.Left, _setup.Right).Dispose();

    [Benchmark]
    public void MultiplyPlain() => _evaluator.MultiplyPlain(_setup.Left, _setup.Plaintext).Dispose();

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
