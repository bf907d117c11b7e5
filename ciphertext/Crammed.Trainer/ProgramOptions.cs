using System.Globalization;

namespace Crammed.Trainer;

/// <summary>What a run of a plan is given: folders and files, never a secret key.</summary>
internal sealed record ProgramOptions
{
    public const string Usage =
        "usage: crammed-train --plan DIR --container DIR --keys DIR --output DIR [--refresh SOCKET] [--evaluate STATE | --evaluate-container true] "
        + "[--threads N] [--memory GIB] [--save-every MINUTES] [--attached true]";

    /// <summary>Programs, levels, frozen weights.</summary>
    public required string Plan { get; init; }

    /// <summary>Encrypted data.</summary>
    public required string Container { get; init; }

    /// <summary>Folder of public keys.</summary>
    public required string Keys { get; init; }

    /// <summary>Folder for states and encrypted results.</summary>
    public required string Output { get; init; }

    /// <summary>Unix socket of the key holder's refresh party, for plans that it refreshes.</summary>
    public string? Refresh { get; init; }

    /// <summary>Folder of the state to evaluate; null to train, or to evaluate the container's own parameters.</summary>
    public string? Evaluate { get; init; }

    /// <summary>Whether the parameters in the container are evaluated as they are.</summary>
    public bool EvaluatesContainer { get; init; }

    public required int Threads { get; init; }

    /// <summary>Memory that the run may take, or null for what there is.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Within a step the position is saved at refreshes once so long has passed.</summary>
    public required TimeSpan SaveEvery { get; init; }

    /// <summary>Whether the run ends when its standard input does, as it does when the program that started it is gone.</summary>
    public bool IsAttached { get; init; }

    /// <exception cref="ArgumentException">an option is unknown, given twice, missing or malformed</exception>
    public static ProgramOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!Known.Contains(arguments[i]))
                throw new ArgumentException($"option '{arguments[i]}' is unknown; {Usage}");
            if (i + 1 == arguments.Count)
                throw new ArgumentException($"option {arguments[i]} needs a value; {Usage}");
            if (!values.TryAdd(arguments[i], arguments[i + 1]))
                throw new ArgumentException($"option {arguments[i]} is given twice; {Usage}");
        }
        if (values.ContainsKey("--evaluate") && Flag("--evaluate-container"))
            throw new ArgumentException($"--evaluate and --evaluate-container are both given; {Usage}");
        return new ProgramOptions
        {
            Plan = Required("--plan"),
            Container = Required("--container"),
            Keys = Required("--keys"),
            Output = Required("--output"),
            Refresh = values.GetValueOrDefault("--refresh"),
            Evaluate = values.GetValueOrDefault("--evaluate"),
            EvaluatesContainer = Flag("--evaluate-container"),
            Threads = values.ContainsKey("--threads") ? (int)Number("--threads", 1, 1024) : Environment.ProcessorCount,
            MemoryBytes = values.ContainsKey("--memory") ? (long)(Number("--memory", 0.001, 1 << 20) * (1L << 30)) : null,
            SaveEvery = TimeSpan.FromMinutes(values.ContainsKey("--save-every") ? Number("--save-every", 0, 1 << 20) : 10),
            IsAttached = Flag("--attached"),
        };

        string Required(string name) => values.TryGetValue(name, out var value)
            ? value
            : throw new ArgumentException($"option {name} is missing; {Usage}");

        bool Flag(string name) => values.TryGetValue(name, out var text)
            && (bool.TryParse(text, out var isSet) ? isSet : throw new ArgumentException($"{name} is '{text}'; it is true or false"));

        double Number(string name, double least, double most) =>
            double.TryParse(values[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && (name != "--threads" || number % 1 == 0)
            ? number
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{name} is '{values[name]}'; it must be a number from {least} to {most}"));
    }

    private static IReadOnlySet<string> Known { get; } = new HashSet<string>
    {
        "--plan", "--container", "--keys", "--output", "--refresh", "--evaluate", "--evaluate-container", "--threads", "--memory", "--save-every", "--attached",
    };
}
