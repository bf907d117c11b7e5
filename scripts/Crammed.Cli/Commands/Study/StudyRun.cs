using System.Globalization;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Study;

/// <summary>One variant with one seed: a pretraining and, on its model, fine-tuning on every task; both are commands as users type them.</summary>
/// <param name="Variant">What it is a run of.</param>
/// <param name="Seed">Of pretraining and of fine-tuning.</param>
/// <param name="PretrainWords">The command line after <c>pretrain</c>.</param>
/// <param name="FinetuneWords">The command line after <c>finetune</c>; null where the study has no tasks.</param>
internal sealed record StudyRun(
    StudyVariantSettings Variant, long Seed, IReadOnlyList<string> PretrainWords, IReadOnlyList<string>? FinetuneWords)
{
    /// <summary>The pretraining's name; its files are in outputs/NAME.</summary>
    public required string Name { get; init; }

    /// <summary>The fine-tuning's name.</summary>
    public string TasksName => Name + "-tasks";

    /// <summary>The study's runs, every variant with the first seed before any with the second, so that an early end leaves a table.</summary>
    public static IReadOnlyList<StudyRun> All(StudySettings settings) =>
    [
        .. from seed in Enumerable.Range(0, settings.Seeds)
           from variant in settings.Study.Variants
           select Of(settings, variant, seed),
    ];

    private static StudyRun Of(StudySettings settings, StudyVariantSettings variant, int seed)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{settings.Name}-{variant.Name}-{seed}");
        string[] folder = settings.Data.Folder is { } text ? [$"data.folder={Quoted(text)}"] : [];
        string[] pretrain =
            [$"name={name}", .. settings.Study.Pretrain, .. variant.Pretrain, .. folder, $"train.seed={seed}", "impl.threads=1"];
        if (settings.Study.Tasks.Count == 0)
            return new StudyRun(variant, seed, pretrain, null) { Name = name };
        string[] finetune =
        [
            $"name={name}-tasks", $"model=outputs/{name}/{StageFiles.Model}", $"eval/tasks={string.Join(',', settings.Study.Tasks)}",
            $"data.glue={Quoted(settings.Data.Glue!)}", .. settings.Study.Finetune, $"finetune.seed={seed}", "impl.threads=1",
        ];
        return new StudyRun(variant, seed, pretrain, finetune) { Name = name };
    }

    /// <summary>A path as a value in YAML's flow style.</summary>
    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
