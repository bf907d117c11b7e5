using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Tensors;

/// <summary>Lowers a graph and runs it on clear slots.</summary>
internal static class GraphRun
{
    /// <summary>Vectors, and the lowest level, of some tensors.</summary>
    /// <param name="graph">all of it is run</param>
    /// <param name="given">vectors of inputs and parameters</param>
    /// <param name="matrices">frozen matrices by name</param>
    /// <param name="wanted">what is given back</param>
    /// <param name="top">level of what is given</param>
    /// <param name="scalars">named scalars</param>
    /// <param name="vectors">frozen vectors by name</param>
    public static IReadOnlyDictionary<Tensor, (double[][] Vectors, int Level)> Execute(
        Graph graph, IReadOnlyDictionary<Tensor, double[][]> given, IReadOnlyDictionary<string, FrozenWeights> matrices,
        IReadOnlyList<Tensor> wanted, int top, IReadOnlyDictionary<string, double>? scalars = null,
        IReadOnlyDictionary<string, float[]>? vectors = null)
    {
        var names = wanted.Distinct().Select((tensor, i) => (Tensor: tensor, Name: $"wanted{i}")).ToArray();
        foreach (var (tensor, name) in names)
            graph.Output(name, tensor);
        var backend = new ClearGroups(graph.Grid.SlotCount, top);
        var live = ClearVector.LiveCount;
        var inputs = given.ToDictionary(pair => pair.Key.Name, pair => pair.Value.Select(slots => backend.Load(slots)).ToArray());
        var constants = new ProgramConstants(matrices, scalars ?? new Dictionary<string, double>())
        {
            Vectors = vectors ?? new Dictionary<string, float[]>(),
        };
        var outputs = ProgramRun.Execute(graph.Lower().Program, backend, inputs, constants);
        var results = names.ToDictionary(
            name => name.Tensor,
            name => (outputs[name.Name].Select(ClearGroups.Read).ToArray(), outputs[name.Name].Min(vector => vector.Level)));
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        Assert.That(ClearVector.LiveCount, Is.EqualTo(live), "vectors left behind");
        return results;
    }
}
