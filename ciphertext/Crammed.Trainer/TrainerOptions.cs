namespace Crammed.Trainer;

/// <summary>What the training program is given: folders and files, never a secret key.</summary>
internal sealed record TrainerOptions
{
    /// <summary>Encrypted container with data, initial parameters and manifest.</summary>
    public required string Container { get; init; }

    /// <summary>Calibrated checkpoint with the public, frozen weights.</summary>
    public required string Model { get; init; }

    /// <summary>Folder of the public keys, the evaluation keys among them.</summary>
    public required string Keys { get; init; }

    /// <summary>Unix socket of the key holder's refresh party.</summary>
    public required string Refresh { get; init; }

    /// <summary>Folder for the encrypted results.</summary>
    public required string Output { get; init; }

    /// <summary>Packed parameters to evaluate instead of training; null to train.</summary>
    public string? Parameters { get; init; }

    public required int Threads { get; init; }

    public const string Usage =
        "usage: crammed-train --container DIR --model DIR --keys DIR --refresh SOCKET --output DIR [--parameters FILE] [--threads N]";

    /// <exception cref="ArgumentException">An option is unknown, missing or malformed.</exception>
    public static TrainerOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!Known.Contains(arguments[i]))
                throw new ArgumentException($"option '{arguments[i]}' is unknown; {Usage}");
            values[arguments[i]] = i + 1 < arguments.Count
                ? arguments[i + 1]
                : throw new ArgumentException($"option {arguments[i]} needs a value; {Usage}");
        }
        return new TrainerOptions
        {
            Container = Required("--container"),
            Model = Required("--model"),
            Keys = Required("--keys"),
            Refresh = Required("--refresh"),
            Output = Required("--output"),
            Parameters = values.GetValueOrDefault("--parameters"),
            Threads = ThreadCount(values.GetValueOrDefault("--threads")),
        };

        string Required(string name) => values.TryGetValue(name, out var value)
            ? value
            : throw new ArgumentException($"option {name} is missing; {Usage}");
    }

    private static IReadOnlySet<string> Known { get; } =
        new HashSet<string> { "--container", "--model", "--keys", "--refresh", "--output", "--parameters", "--threads" };

    private static int ThreadCount(string? text) => text is null
        ? Environment.ProcessorCount
        : int.TryParse(text, out var threads) && threads is >= 1 and <= 1024
        ? threads
        : throw new ArgumentException($"--threads is '{text}'; it must be a number from 1 to 1024.");
}
