namespace Crammed.Cli.Commands.Doctor;

/// <summary>The outcome of a check.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, but slower or with less than elsewhere.</summary>
    Note,

    /// <summary>Something will not work.</summary>
    Missing,
}
