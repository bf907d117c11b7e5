namespace Crammed.Bert;

/// <summary>What fine-tuning trains.</summary>
public enum FineTuningMode
{
    /// <summary>Low-rank adapters on query, key and value, and the head; everything else is frozen.</summary>
    Adapters,

    /// <summary>Every weight of the model, embedding included, and the head.</summary>
    Full,
}
