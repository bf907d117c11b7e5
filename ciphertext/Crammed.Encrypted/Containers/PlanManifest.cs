using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Files;
using Crammed.Model;

namespace Crammed.Encrypted.Containers;

/// <summary>A program of a plan.</summary>
/// <param name="File">its text, in the plan's folder</param>
/// <param name="Sha256">of the program, as its text's last line has it</param>
public sealed record PlannedProgram(string File, string Sha256);

/// <summary>
/// What a plan is of: plan.json. It names everything else of its folder by hash, so the hash of this file names the plan. All of it is
/// public: no data, no key, no trained value.
/// </summary>
public sealed record PlanManifest
{
    public const string FileName = "plan.json";

    private const int CurrentFormat = 1;
    private const long LongestFile = 1L << 26;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Name of the CKKS parameter set.</summary>
    public required string ParameterSet { get; init; }

    /// <summary>Its security, in words.</summary>
    public required string Security { get; init; }

    /// <summary>Of the checkpoint's weights.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Of the frozen weights beside this file.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>A step of training: from a batch, parameters and moments to logits, new parameters and moments.</summary>
    public required PlannedProgram Training { get; init; }

    /// <summary>From a batch and parameters to logits.</summary>
    public required PlannedProgram Evaluation { get; init; }

    public required FineTuningSettings Settings { get; init; }

    public required FineTuningShape Shape { get; init; }

    /// <summary>What the programs' graph makes use of.</summary>
    public GraphRewrites Rewrites { get; init; } = new();

    /// <summary>Named scalars, a value for each step.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> Scalars { get; init; }

    /// <summary>Predicted seconds of a step of training.</summary>
    public required double PredictedSeconds { get; init; }

    /// <summary>Predicted bytes in memory of a step of training.</summary>
    public required long PredictedBytes { get; init; }

    /// <summary>How a step of training keeps its memory; null: as it likes.</summary>
    public RunMemory? TrainingMemory { get; init; }

    /// <summary>How the evaluation of a batch keeps its memory; null: as it likes.</summary>
    public RunMemory? EvaluationMemory { get; init; }

    public string ToJson() => ManifestJson.Write(this);

    /// <summary>Reads and checks the manifest of a folder.</summary>
    /// <exception cref="FileNotFoundException">the folder is no plan</exception>
    /// <exception cref="InvalidDataException">malformed, of another format, or a value out of its range</exception>
    public static PlanManifest Read(string folder) => JsonFile.Read<PlanManifest>(
        Path.Combine(folder, FileName), ManifestJson.Options, $"'{folder}' is no plan (make one with 'crammed plan')", Check, LongestFile);

    private static void Check(PlanManifest manifest)
    {
        if (manifest.Format != CurrentFormat)
            throw new ArgumentException($"format {manifest.Format}, expected {CurrentFormat}; plan again");
        SettingsRange.Check(manifest.Settings);
        manifest.Shape.Validate();
        if (manifest.Settings.AdapterDropout > 0)
            throw new ArgumentException($"adapter dropout is {manifest.Settings.AdapterDropout}; programs train without");
        foreach (var (name, values) in manifest.Scalars)
        {
            if (values.Count != manifest.Settings.Steps || !values.All(double.IsFinite))
                throw new ArgumentException($"scalar '{name}' has {values.Count} values; it must have {manifest.Settings.Steps}, all finite");
        }
    }
}
