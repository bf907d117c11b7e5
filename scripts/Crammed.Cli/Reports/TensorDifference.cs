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
    public static IReadOnlyList<TensorDifference> Of(TrainedWeights run, TrainedWeights twin)
    {
        if (run.Shape != twin.Shape || run.Settings.Rank != twin.Settings.Rank || !run.Values.Keys.ToHashSet().SetEquals(twin.Values.Keys))
            throw new ArgumentException($"the runs trained other tensors: {run.Shape.ToJson()} and {twin.Shape.ToJson()}");
        return
        [
            .. run.Shape.TensorShapes(run.Settings.Rank)
                .Where(tensor => twin.Values.ContainsKey(tensor.Name))
                .Select(tensor => Of(tensor.Name, run.Values[tensor.Name], twin.Values[tensor.Name])),
        ];
    }

    private static TensorDifference Of(string name, double[] run, double[] twin) =>
        new(name, run.Zip(twin).Max(pair => Math.Abs(pair.First - pair.Second)), twin.Max(Math.Abs));
}
