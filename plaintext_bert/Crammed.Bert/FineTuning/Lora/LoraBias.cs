namespace Crammed.Bert;

/// <summary>Which biases are trained beside adapters, as PEFT's LoraConfig.bias.</summary>
public enum LoraBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Every bias of the model, those of its layer norms included.</summary>
    All,

    /// <summary>Those of the layers that have an adapter.</summary>
    LoraOnly,
}
