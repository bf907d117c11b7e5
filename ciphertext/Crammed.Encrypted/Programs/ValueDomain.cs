using Crammed.Approximation;

namespace Crammed.Encrypted.Programs;

/// <summary>Where the slots of a value must lie for what follows to make sense; clear runs refuse others, on ciphertexts nobody sees them.</summary>
/// <param name="Name">layer and tensor whose image the value is</param>
/// <param name="Interval">for every slot</param>
public sealed record ValueDomain(string Name, Interval Interval);
