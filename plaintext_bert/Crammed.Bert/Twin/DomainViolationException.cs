namespace Crammed.Bert;

/// <summary>A value left the domain that a polynomial was fitted on.</summary>
public sealed class DomainViolationException(string message) : InvalidOperationException(message);
