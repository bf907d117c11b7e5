namespace Crammed.Model;

/// <summary>Names of the tensors that adapter fine-tuning trains: low-rank adapters on query, key and value, and the classification head.</summary>
public static class TrainedTensorNames
{
    /// <summary>The projections with adapters, in the order of <see cref="FineTuningShape.AdapterIndex"/>.</summary>
    public static IReadOnlyList<string> Projections { get; } = ["query", "key", "value"];

    /// <summary>The head's linear layers, first to last; a tanh stands between the last two.</summary>
    public static IReadOnlyList<string> HeadLinears { get; } = ["projection", "dense", "classifier"];

    /// <summary>Name of A, [hidden, rank], of one layer's query, key or value.</summary>
    public static string NameA(int layer, string projection) => $"layer{layer}.{projection}.lora_a";

    /// <summary>Name of B, [rank, hidden].</summary>
    public static string NameB(int layer, string projection) => $"layer{layer}.{projection}.lora_b";

    /// <summary>Name of a head matrix, [in, out].</summary>
    public static string Weight(string linear) => $"head.{linear}.weight";

    /// <summary>Name of a head bias, [out].</summary>
    public static string Bias(string linear) => $"head.{linear}.bias";
}
