using Crammed.Approximation;
using TorchSharp;

namespace Crammed.Bert;

/// <summary>Watches the arguments of polynomials: refuses those outside their domain, or counts them.</summary>
internal sealed class DomainMonitor(OutOfRange policy)
{
    /// <summary>
    /// Rounding of float32 puts arguments this part of a domain's width outside it, such as a squared distance of equal vectors below
    /// zero; no polynomial changes noticeably over that.
    /// </summary>
    private const double Rounding = 1.0 / (1 << 20);

    private readonly OrderedDictionary<string, DomainUse> _uses = new(StringComparer.Ordinal);

    /// <summary>What has been seen, in the order of first sight.</summary>
    public IReadOnlyList<DomainUse> Uses => [.. _uses.Values];

    /// <exception cref="DomainViolationException">A value is outside, and the policy is <see cref="OutOfRange.Error"/>.</exception>
    public void Check(string name, Interval domain, torch.Tensor argument)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        double low = argument.min().ToDouble(), high = argument.max().ToDouble();
        var slack = Rounding * domain.Width;
        var inside = low >= domain.Low - slack && high <= domain.High + slack;
        if (!inside && policy == OutOfRange.Error)
            throw new DomainViolationException(Describe(name, domain, low >= domain.Low - slack ? high : low));
        var outside = inside ? 0 : CountOutside(argument, domain.Low - slack, domain.High + slack);
        _uses.TryGetValue(name, out var before);
        _uses[name] = new DomainUse(
            name, domain, Math.Min(low, before?.Minimum ?? low), Math.Max(high, before?.Maximum ?? high),
            (before?.Values ?? 0) + argument.numel(), (before?.Outside ?? 0) + outside);
    }

    private static long CountOutside(torch.Tensor argument, double low, double high)
    {
        var inside = argument.ge(low).logical_and(argument.le(high));
        return argument.numel() - (long)inside.to(torch.ScalarType.Float64).sum().ToDouble();
    }

    private static string Describe(string name, Interval domain, double value) => FormattableString.Invariant(
        $"{name}: value {value:G9} is outside the calibrated domain {domain}; calibrate on text closer to this data or widen the margin");
}

/// <summary>How the arguments of a polynomial lay in its domain.</summary>
/// <param name="Name">Layer and tensor (<see cref="ActivationNames"/>).</param>
/// <param name="Domain">Where the polynomial holds.</param>
/// <param name="Minimum">Smallest argument seen.</param>
/// <param name="Maximum">Largest argument seen.</param>
/// <param name="Values">Arguments in all.</param>
/// <param name="Outside">Those outside the domain, or not a number.</param>
public sealed record DomainUse(string Name, Interval Domain, double Minimum, double Maximum, long Values, long Outside);

/// <summary>A value left the domain that a polynomial was fitted on.</summary>
public sealed class DomainViolationException(string message) : InvalidOperationException(message);
