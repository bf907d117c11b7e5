using Crammed.Approximation;

namespace Crammed.Bert;

/// <summary>How the arguments of a polynomial lay in its domain.</summary>
/// <param name="Name">Layer and tensor (<see cref="ActivationNames"/>).</param>
/// <param name="Domain">Where the polynomial holds.</param>
/// <param name="Minimum">Smallest argument seen.</param>
/// <param name="Maximum">Largest argument seen.</param>
/// <param name="Values">Arguments in all.</param>
/// <param name="Outside">Those outside the domain, or not a number.</param>
public sealed record DomainUse(string Name, Interval Domain, double Minimum, double Maximum, long Values, long Outside);
