namespace Crammed.Model;

/// <summary>Random starting values of adapters and head.</summary>
internal static class InitialWeights
{
    /// <summary>
    /// A is uniform in [-1/sqrt(hidden), 1/sqrt(hidden)] (Kaiming uniform with a = sqrt(5), as in Hu et al. 2022), B zero. The head's
    /// projection is N(0, 1/in); its dense matrix N(0, 1/(4 in)), half of what keeps the size, so that tanh's inputs start within
    /// about [-2, 2]; its classifier and its biases are zero, so that the first loss is log(classes).
    /// </summary>
    public static DrawTensor Draw(string name, long[] shape, SeededRandom random)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = name switch
        {
            _ when name.EndsWith(".lora_a", StringComparison.Ordinal) => random.Uniform(count, 1 / Math.Sqrt(shape[0])),
            "head.projection.weight" => random.Normal(count, 1 / Math.Sqrt(shape[0])),
            "head.dense.weight" => random.Normal(count, 0.5 / Math.Sqrt(shape[0])),
            _ => new float[count],
        };
        return new DrawTensor(name, shape, values);
    }
}
