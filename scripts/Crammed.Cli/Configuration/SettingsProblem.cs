namespace Crammed.Cli.Configuration;

/// <summary>A broken rule among the values of one settings record.</summary>
/// <param name="Property">The C# property whose value is to be changed (<c>nameof</c>).</param>
/// <param name="Message">What is wrong, as it reads after the key: "is 5; it must divide arch.hidden (32)".</param>
public sealed record SettingsProblem(string Property, string Message);
