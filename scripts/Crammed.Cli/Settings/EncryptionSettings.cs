using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;

namespace Crammed.Cli.Settings;

/// <summary>What restores a ciphertext that is out of levels.</summary>
public enum RefreshPolicy
{
    /// <summary>The key holder re-encrypts it. Assumes a semi-honest server, which uses the key holder as a refresh oracle.</summary>
    Client,

    /// <summary>Bootstrapping, without the key holder.</summary>
    Bootstrap,
}

/// <summary>The group <c>he</c>: encryption.</summary>
public sealed record EncryptionSettings
{
    [Description("name of the CKKS parameter set")]
    public required string Parameters { get; init; }

    [Description("what restores a ciphertext that is out of levels")]
    public required RefreshPolicy Refresh { get; init; }

    [Description("memory that a run may take, in GiB; null: whatever it needs"), Range(0.0, 1 << 20, MinimumIsExclusive = true)]
    public required double? Memory { get; init; }

    /// <summary>Refuses the policy that is not there yet.</summary>
    /// <exception cref="ConfigurationException"><c>he.refresh=bootstrap</c>.</exception>
    internal void RequireClientRefresh()
    {
        if (Refresh == RefreshPolicy.Bootstrap)
            throw new ConfigurationException("he.refresh=bootstrap: bootstrapping is not built yet; use he.refresh=client");
    }
}
