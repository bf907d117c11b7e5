using System.Numerics;
using BenchmarkDotNet.Attributes;
using Crammed.Ckks;
using Crammed.Ckks.Client;

namespace Crammed.Benchmarks.Engine;

/// <summary>A linear transform of <see cref="Diagonals"/> random diagonals, double-hoisted, under the keys that its plan asks for.</summary>
public class LinearTransformBenchmarks
{
    /// <summary>Nonzero diagonals: those with the indices 0, 1, ..., next to each other.</summary>
    public const int Diagonals = 64;

    private EvaluationKeys _keys = null!;
    private LinearTransform _transform = null!;
    private Evaluator _evaluator = null!;
    private Ciphertext _operand = null!;

    [ParamsSource(nameof(Shapes))]
    public EngineShape Shape { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>The shapes at their top levels.</summary>
    public static IEnumerable<EngineShape> Shapes => EngineShape.All.GroupBy(shape => shape.ParameterSet).Select(group => group.First());

    /// <summary>The plan that a shape's benchmark evaluates.</summary>
    public static LinearTransformPlan PlanOf(EngineShape shape)
    {
        var parameters = EngineSetup.Of(shape).Parameters;
        return new LinearTransformPlan(parameters, parameters.SlotCount, Enumerable.Range(0, Diagonals), shape.Level);
    }

    [GlobalSetup]
    public void SetUp()
    {
        var setup = EngineSetup.Of(Shape);
        var plan = PlanOf(Shape);
        _keys = new KeyGenerator(setup.Secret).CreateEvaluationKeys(EvaluationKeyRequest.Of(null, plan.Rotations));
        _evaluator = new Evaluator(setup.Parameters, _keys, Threads);
        Complex[] row = [.. setup.Values.Select(value => new Complex(value, 0))];
        var diagonals = new GeneralizedDiagonals(
            setup.Parameters.SlotCount, Enumerable.Range(0, Diagonals).ToDictionary(index => index, _ => row));
        _transform = new LinearTransform(setup.Encoder, diagonals, plan);
        _operand = setup.Left;
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _transform.Dispose();
        _keys.Dispose();
        ResidueMemory.Trim();
    }

    [Benchmark]
    public void LinearTransform64() => _evaluator.Transform(_operand, _transform).Dispose();
}
