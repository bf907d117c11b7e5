namespace Crammed.Model;

/// <summary>What is wrong with one setting of a record, as the exception that refuses it carries it.</summary>
/// <param name="Field">The setting's name in files, in snake case.</param>
/// <param name="Problem">What is wrong, as it reads after the name: "is 5; it must be 1 to 4".</param>
public sealed record SettingFault(string Field, string Problem)
{
    /// <summary>The exception that says so.</summary>
    public ArgumentException ToException() => new($"{Field} {Problem}") { Data = { [nameof(SettingFault)] = this } };

    /// <summary>What an exception carries; null where it is about something else.</summary>
    public static SettingFault? Of(Exception? exception) => exception?.Data[nameof(SettingFault)] as SettingFault;
}
