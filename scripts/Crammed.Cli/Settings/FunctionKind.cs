namespace Crammed.Cli.Settings;

/// <summary>How an evaluation in plaintext computes what ciphertexts can only approximate.</summary>
public enum FunctionKind
{
    /// <summary>The true functions.</summary>
    Exact,

    /// <summary>Both: the true functions, and beside them the polynomials that ciphertexts are evaluated by.</summary>
    Polynomial,
}
