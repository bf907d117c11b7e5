namespace Crammed.Cli.Settings;

/// <summary>Where the domains of polynomials come from.</summary>
public enum RangeSource
{
    /// <summary>The model's calibration.json: public text, as an encrypted run takes them.</summary>
    Calibration,

    /// <summary>The evaluated examples, by a pass with the true functions: for models whose weights have changed since.</summary>
    Task,
}
