namespace Crammed.Cli.Settings;

/// <summary>What the circuit of a command computes on, where it is not plaintext.</summary>
public enum FheMode
{
    /// <summary>Ciphertexts.</summary>
    Execute,
}
