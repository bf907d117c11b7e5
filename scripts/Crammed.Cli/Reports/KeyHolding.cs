namespace Crammed.Cli.Reports;

/// <summary>A process and the keys that it holds.</summary>
/// <param name="Process">For example "key holder" or "server".</param>
/// <param name="Holds">Keys and clear data that it has.</param>
/// <param name="DoesNotHold">Keys and clear data that it never has.</param>
internal sealed record KeyHolding(string Process, string Holds, string DoesNotHold);
