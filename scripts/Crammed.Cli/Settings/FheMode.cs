namespace Crammed.Cli.Settings;

/// <summary>What the circuit computes on.</summary>
public enum FheMode
{
    /// <summary>Clear slots: the same circuit and polynomials, no noise.</summary>
    Disable,

    /// <summary>Clear slots with levels and injected CKKS noise, every operation counted.</summary>
    Simulate,

    /// <summary>Ciphertexts.</summary>
    Execute,
}
