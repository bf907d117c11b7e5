using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;
using Crammed.Ckks;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>Where the domains of polynomials come from.</summary>
public enum RangeSource
{
    /// <summary>The model's calibration.json: public text, as an encrypted run takes them.</summary>
    Calibration,

    /// <summary>The evaluated examples, by a pass with the true functions: for models whose weights have changed since.</summary>
    Task,
}

/// <summary>The keys <c>polynomial</c>: how the plaintext twin imitates ciphertexts.</summary>
public sealed record PolynomialSettings : ICheckedSettings
{
    [Description("name of the CKKS parameter set, whose levels bound the polynomials' degrees: that of the encrypted run")]
    public required string Parameters { get; init; }

    [Description("calibration: domains from the model's calibration.json; task: from a pass over the examples with the true functions")]
    public required RangeSource Ranges { get; init; }

    [Description("factor that ranges=task widens the ranges by"), Range(1.0, 1000.0)]
    public required double Margin { get; init; }

    [Description("squarings in place of a Gaussian kernel's exp; calibrated: as few as its range allows; paper-faithful: 14, as for masked scores")]
    public required GaussianKernel GaussianKernel { get; init; }

    [Description("a value outside its polynomial's domain; error: stop; report: count")]
    public required OutOfRange OutOfRange { get; init; }

    [Description("seed of the noise"), Range(0.0, double.MaxValue)]
    public required long NoiseSeed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (NamedParameters.All.All(set => set.Name != Parameters))
        {
            var known = string.Join(", ", NamedParameters.All.Select(set => set.Name));
            yield return new(nameof(Parameters), $"is {Parameters}; the parameter sets are {known}");
        }
    }
}
