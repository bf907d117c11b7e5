namespace Crammed.Cli.Settings;

/// <summary>What restores a ciphertext that is out of levels.</summary>
public enum RefreshPolicy
{
    /// <summary>The key holder re-encrypts it. Assumes a semi-honest server, which uses the key holder as a refresh oracle.</summary>
    Client,

    /// <summary>Bootstrapping, without the key holder.</summary>
    Bootstrap,
}
