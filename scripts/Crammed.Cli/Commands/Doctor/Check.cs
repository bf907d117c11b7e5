namespace Crammed.Cli.Commands.Doctor;

/// <summary>One line of the doctor's table.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="State">The outcome.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do, or what it means; empty where there is nothing to say.</param>
internal sealed record Check(string Name, CheckState State, string Found, string Advice = "");
