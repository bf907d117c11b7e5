namespace Crammed.Model;

/// <summary>Where norms, biases and positions are.</summary>
public enum EncoderStyle
{
    /// <summary>
    /// Norms before attention and feed-forward part and after the last layer, no biases in linear layers, scaled sinusoidal positions
    /// (Geiping and Goldstein 2023).
    /// </summary>
    Crammed,

    /// <summary>
    /// Norms after each residual sum, biases in every linear layer, learned positions and token types (Devlin et al. 2019, arXiv
    /// 1810.04805).
    /// </summary>
    Original,
}
