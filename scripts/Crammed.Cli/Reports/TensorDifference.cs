using Crammed.Model;

namespace Crammed.Cli.Reports;

/// <summary>How far one trained tensor of a run is from another run's.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="LargestDifference">Largest absolute difference of two values.</param>
/// <param name="LargestValue">Largest absolute value of the other run's tensor, for scale.</param>
internal sealed record TensorDifference(string Tensor, double LargestDifference, double LargestValue)
{
    /// <summary>Compares every tensor of two runs of one draw, in the draw's order.</summary>
    /// <exception cref="ArgumentException">The runs trained other tensors.</exception>
    public static IReadOnlyList<TensorDifference> Of(TrainedWeights run, TrainedWeights other)
    {
        if (run.Shape != other.Shape || run.Settings.Rank != other.Settings.Rank
            || !run.Values.Keys.ToHashSet().SetEquals(other.Values.Keys))
            throw new ArgumentException($"the runs trained other tensors: {run.Shape.ToJson()} and {other.Shape.ToJson()}");
        return
        [
            .. run.Shape.TensorShapes(run.Settings.Rank)
                .Where(tensor => other.Values.ContainsKey(tensor.Name))
                .Select(tensor => Of(tensor.Name, run.Values[tensor.Name], other.Values[tensor.Name])),
        ];
    }

    private static TensorDifference Of(string name, double[] run, double[] other) =>
        new(name, run.Zip(other).Max(pair => Math.Abs(pair.First - pair.Second)), other.Max(Math.Abs));
}
