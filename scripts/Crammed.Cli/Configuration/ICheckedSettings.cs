using Crammed.Model;

namespace Crammed.Cli.Configuration;

/// <summary>Settings with rules that go beyond the range of one value; the binder asks for them after binding.</summary>
public interface ICheckedSettings
{
    /// <summary>What is wrong with these values, if anything; the binder reports the first problem.</summary>
    IEnumerable<SettingsProblem> Check();
}

/// <summary>A broken rule among the values of one settings record.</summary>
/// <param name="Property">The C# property whose value is to be changed (<c>nameof</c>), or that name in snake case.</param>
/// <param name="Message">What is wrong, as it reads after the key: "is 5; it must divide arch.hidden (32)".</param>
public sealed record SettingsProblem(string Property, string Message)
{
    /// <summary>What a library refuses about its own record, if anything.</summary>
    public static SettingsProblem? Of(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (ArgumentException exception) when (SettingFault.Of(exception) is { } fault)
        {
            return new SettingsProblem(fault.Field, fault.Problem);
        }
    }
}
