using System.ComponentModel;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>he</c>: encryption.</summary>
public sealed record EncryptionSettings
{
    [Description("name of the CKKS parameter set")]
    public required string Parameters { get; init; }

    [Description("what restores a ciphertext that is out of levels")]
    public required RefreshPolicy Refresh { get; init; }

    /// <summary>Refuses the policy that is not there yet.</summary>
    /// <exception cref="ConfigurationException"><c>he.refresh=bootstrap</c>.</exception>
    internal void RequireClientRefresh()
    {
        if (Refresh == RefreshPolicy.Bootstrap)
            throw new ConfigurationException("he.refresh=bootstrap: bootstrapping is not built yet; use he.refresh=client");
    }
}
