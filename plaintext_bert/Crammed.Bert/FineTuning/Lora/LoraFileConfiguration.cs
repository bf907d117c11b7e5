using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Crammed.Files;

namespace Crammed.Bert;

/// <summary>
/// What adapter_config.json says: the fields of PEFT's LoraConfig that mean something here. Every version of PEFT writes more; those are
/// refused unless they are at rest (null, false or empty) or say nothing about what trained adapters compute.
/// </summary>
internal sealed record LoraFileConfiguration
{
    private const string Lora = "LORA";

    /// <summary>A pattern of a file from anybody may be made to take for ever.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Where it came from, how it was started, and constants of features that other fields turn on.</summary>
    private static readonly string[] Irrelevant =
        ["auto_mapping", "revision", "peft_version", "eva_config", "megatron_core", "qalora_group_size", "runtime_config"];

    /// <summary>Ways to start that leave the base model's weights as they are; others (PiSSA, OLoRA, LoftQ ...) change them.</summary>
    private static readonly string[] HarmlessStarts = ["", "null", "true", "false", "\"gaussian\"", "\"eva\"", "\"orthogonal\""];

    public required string PeftType { get; init; }

    public string? TaskType { get; init; }

    public string? BaseModelNameOrPath { get; init; }

    public required int R { get; init; }

    public required double LoraAlpha { get; init; }

    public double LoraDropout { get; init; }

    /// <summary>A list of names of modules, or of their ends; or a regular expression for the whole name.</summary>
    public required JsonElement TargetModules { get; init; }

    public LoraBias Bias { get; init; }

    public IReadOnlyList<string>? ModulesToSave { get; init; }

    public bool InferenceMode { get; init; }

    /// <summary>Whether the factor is alpha / sqrt(rank) (Kalajdzievski 2023, arXiv 2312.03732).</summary>
    public bool UseRslora { get; init; }

    /// <summary>Other ranks by a regular expression for the end of a module's name.</summary>
    public Dictionary<string, int>? RankPattern { get; init; }

    /// <summary>Other alphas, likewise.</summary>
    public Dictionary<string, double>? AlphaPattern { get; init; }

    public JsonElement InitLoraWeights { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    public static LoraFileConfiguration Of(LoraConfiguration configuration, string baseModel) => new()
    {
        PeftType = Lora,
        TaskType = "SEQ_CLS",
        BaseModelNameOrPath = baseModel,
        R = configuration.Rank,
        LoraAlpha = configuration.Alpha,
        LoraDropout = configuration.Dropout,
        TargetModules = JsonSerializer.SerializeToElement(configuration.TargetModules),
        Bias = configuration.Bias,
        ModulesToSave = ["head"],
        InferenceMode = true,
        InitLoraWeights = JsonSerializer.SerializeToElement(true),
    };

    /// <summary>Refuses what changes the arithmetic and is not known here.</summary>
    /// <exception cref="ArgumentException">A kind of adapter, or a setting, that is not supported; names it.</exception>
    public void Validate()
    {
        Requirement.Check(PeftType == Lora, $"'{PeftType}'", $"{Lora}; other adapters are not read", nameof(PeftType));
        Requirement.Check(R is >= 1 and <= 256, R, "1 to 256");
        Requirement.Check(
            HarmlessStarts.Contains(InitLoraWeights.Written()), InitLoraWeights.Written(),
            "true, false, gaussian, eva or orthogonal, which leave the base model's weights alone; save the adapters converted to it",
            nameof(InitLoraWeights));
        foreach (var (name, value) in Others ?? [])
        {
            Requirement.Check(
                value.IsUnset() || Irrelevant.Contains(name), value.Written(),
                "null, false or empty, since nothing else is supported; merge the adapters in PEFT (merge_and_unload) and import the model",
                name);
        }
    }

    /// <summary>Rank, and the factor of B A, of a module's adapter.</summary>
    /// <exception cref="ArgumentException">A pattern is malformed, or a value out of its range.</exception>
    public (int Rank, double Factor) SettingsOf(string module)
    {
        var rank = Chosen(RankPattern, R, module, "rank_pattern");
        var alpha = Chosen(AlphaPattern, LoraAlpha, module, "alpha_pattern");
        Requirement.Check(rank is >= 1 and <= 256, rank, "1 to 256", nameof(RankPattern));
        Requirement.Check(double.IsFinite(alpha), alpha, "finite", nameof(AlphaPattern));
        return (rank, alpha / (UseRslora ? Math.Sqrt(rank) : rank));
    }

    /// <summary>The same for all modules: the greatest rank, and a factor; <see cref="SettingsOf"/> gives the module's own.</summary>
    public LoraConfiguration ToConfiguration(IReadOnlyDictionary<string, (int Rank, double Factor)> modules) => new()
    {
        Rank = modules.Values.Max(module => module.Rank),
        Alpha = LoraAlpha,
        Dropout = LoraDropout,
        TargetModules = [.. modules.Keys],
        Bias = Bias,
    };

    /// <summary>Those of a model's modules that have an adapter.</summary>
    /// <param name="modules">Names as this program's files have them.</param>
    /// <exception cref="ArgumentException">Something targeted is no linear layer of the encoder, or the pattern is malformed.</exception>
    public IReadOnlyList<string> Targeted(IReadOnlyList<string> modules)
    {
        string[] targets = TargetModules.ValueKind switch
        {
            JsonValueKind.Array => [.. TargetModules.EnumerateArray().Select(target => target.ToString())],
            JsonValueKind.String => [TargetModules.GetString()!],
            _ => [],
        };
        Func<string, string, bool> fits = TargetModules.ValueKind == JsonValueKind.String
            ? (pattern, module) => Matches($"^(?:{pattern})$", module, "target_modules")
            : LoraConfiguration.IsNamed;
        var unknown = targets is [] ? "" : targets.FirstOrDefault(target => !modules.Any(module => fits(target, module)));
        Requirement.Check(
            unknown is null, $"'{unknown}'", "names of linear layers of the encoder, or one regular expression for whole names; there are "
                + string.Join(", ", modules.Select(LoraConfiguration.EndOf).Distinct()), nameof(TargetModules));
        return [.. modules.Where(module => targets.Any(target => fits(target, module)))];
    }

    private static T Chosen<T>(Dictionary<string, T>? patterns, T otherwise, string module, string field) =>
        patterns?.Keys.FirstOrDefault(pattern => Matches($@"^(?:.*\.)?(?:{pattern})$", module, field)) is { } key
            ? patterns[key]
            : otherwise;

    private static bool Matches(string pattern, string module, string field)
    {
        try
        {
            return Regex.IsMatch(module, pattern, RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (Exception exception) when (exception is RegexParseException or RegexMatchTimeoutException)
        {
            throw new ArgumentException($"{field}: '{pattern}' is no pattern that can be matched; write the modules' names", exception);
        }
    }
}
