namespace Crammed.Cli.Reports;

/// <summary>The size of something.</summary>
internal sealed record NamedBytes(string Name, long Bytes);
