namespace Crammed.Cli.Reports;

/// <summary>Wall-clock seconds of something.</summary>
internal sealed record NamedSeconds(string Name, double Seconds);
