using Crammed.Cli.Settings;
using Crammed.Cli.Stages;

namespace Crammed.Cli.Commands.Pretrain;

/// <summary>From settings to pretraining's input; commands that pretrain share it.</summary>
internal static class PretrainInputs
{
    /// <summary>Classes of the head that ranges are taken with; fine-tuning takes the classes of its task.</summary>
    private const int CalibratedClasses = 2;

    /// <param name="resolve">Makes a path of the settings absolute.</param>
    /// <param name="architecture">Group arch.</param>
    /// <param name="train">Group train.</param>
    /// <param name="data">Group data.</param>
    /// <param name="implementation">Group impl.</param>
    public static PretrainInput Of(
        Func<string, string> resolve, ArchGroupSettings architecture, PretrainGroupSettings train, DataSettings data,
        ImplementationSettings implementation) => new()
        {
            Configuration = architecture.ToBertConfiguration(train.VocabularySize, CalibratedClasses),
            Settings = train.ToPretrainingSettings(implementation),
            Text = [.. data.Text.Select(text => text == DataSettings.WordNetText ? PretrainingText.WordNet : resolve(text))],
            Columns = data.Columns,
            Deduplicate = data.Deduplicate,
            Shuffle = data.Shuffle,
            CacheFolder = data.Cache is null ? null : resolve(data.Cache),
            WordNetFolder = resolve(data.Wordnet),
            VocabularyPath = data.Vocabulary is null ? null : resolve(data.Vocabulary),
            VocabularySize = train.VocabularySize,
        };
}
