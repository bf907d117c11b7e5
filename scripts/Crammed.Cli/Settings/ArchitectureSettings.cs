using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>arch</c>: the shape of the model and of its classification head.</summary>
public sealed record ArchitectureSettings : ICheckedSettings
{
    [Description("family of the model")]
    public required ArchitectureKind Kind { get; init; }

    [Description("encoder layers"), Range(1, 256)]
    public required int Layers { get; init; }

    [Description("width of the residual stream"), Range(2, 16384)]
    public required int Hidden { get; init; }

    [Description("attention heads; divides hidden"), Range(1, 256)]
    public required int Heads { get; init; }

    [Description("crammed: norms before each block, no biases, computed positions; original: BERT's norms after sums, biases, learned positions")]
    public required EncoderStyle Style { get; init; }

    [Description("feed-forward width before the gate halves it"), Range(2, 65536)]
    public required int FeedForward { get; init; }

    [Description("attention kernel")]
    public required AttentionKernel Kernel { get; init; }

    [Description("k of the polynomial kernel (1 + x/2^k)^(2^k); null for the others"), Range(1, 20)]
    public required int? KernelPower { get; init; }

    [Description("gate of the feed-forward block")]
    public required FeedForwardGate Gate { get; init; }

    [Description("tokens in a sequence"), Range(4, 4096)]
    public required int SequenceLength { get; init; }

    [Description("standard deviation of the initial weights"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public required double InitializerStandardDeviation { get; init; }

    [Description("width p of the head's first layer, hidden -> p"), Range(1, 16384)]
    public required int HeadProjection { get; init; }

    [Description("width m of the head's second layer, p -> m, then tanh"), Range(1, 16384)]
    public required int HeadHidden { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Hidden % Heads != 0)
            yield return new(nameof(Heads), $"is {Heads}; it must divide arch.hidden ({Hidden})");
        if (FeedForward % 2 != 0)
            yield return new(nameof(FeedForward), $"is {FeedForward}; it must be even, the gate halves it");
        if (Kernel == AttentionKernel.Polynomial && KernelPower is null)
            yield return new(nameof(KernelPower), "is null; arch.kernel=polynomial needs it");
        if (Kernel != AttentionKernel.Polynomial && KernelPower is not null)
            yield return new(nameof(KernelPower), $"is {KernelPower}; only arch.kernel=polynomial reads it, so set it to null");
    }

    /// <summary>The model's configuration.</summary>
    /// <param name="vocabularySize">Tokens of the vocabulary.</param>
    /// <param name="classes">Classes of the task; 0 for regression.</param>
    /// <exception cref="ArgumentException">A value out of the model's range.</exception>
    public BertConfiguration ToBertConfiguration(int vocabularySize, int classes)
    {
        var configuration = new BertConfiguration
        {
            Architecture = SettingsTypes.ChoiceOf(Kind),
            VocabularySize = vocabularySize,
            Layers = Layers,
            Hidden = Hidden,
            Heads = Heads,
            FeedForward = FeedForward,
            SequenceLength = SequenceLength,
            Kernel = Kernel,
            Gate = Gate,
            Style = Style,
            InitializerStandardDeviation = InitializerStandardDeviation,
            HeadProjection = HeadProjection,
            HeadHidden = HeadHidden,
            Classes = classes,
        };
        if (KernelPower is { } power)
            configuration = configuration with { KernelPower = power };
        configuration.Validate();
        return configuration;
    }
}
