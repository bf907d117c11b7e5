using System.Text.Json.Serialization;

namespace Crammed.Model;

/// <summary>How a draw's run moves what it trains.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UpdateRule>))]
public enum UpdateRule
{
    /// <summary>AdamW-HE (Rho et al. 2025, algorithm 1): AdamW with epsilon inside the root.</summary>
    [JsonStringEnumMemberName("adamw-he")]
    AdamwHe,

    /// <summary>Gradient descent with Nesterov's momentum, the first of the betas: one level, where AdamW-HE takes an inverse root.</summary>
    [JsonStringEnumMemberName("nesterov")]
    Nesterov,
}
