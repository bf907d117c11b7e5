using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
}
