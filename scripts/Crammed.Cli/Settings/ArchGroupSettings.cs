using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Cli.Configuration;
using Crammed.Model;

namespace Crammed.Cli.Settings;

/// <summary>The families of models.</summary>
public enum ArchitectureKind
{
    /// <summary>The paper's: Gaussian kernel, ReLU gate.</summary>
    CrammedBert,

    /// <summary>The shallow one: polynomial kernel trained in, bilinear gate.</summary>
    CrammedBertHe,

    /// <summary>BERT-tiny as its authors have it, a baseline in plaintext.</summary>
    HfBertTiny,
}

/// <summary>The group <c>arch</c>: the shape of the model and of its classification head.</summary>
public sealed record ArchGroupSettings : BertConfiguration, ICheckedSettings
{
    [Description("family of the model")]
    public required ArchitectureKind Kind { get; init; }

    [Description("k of the polynomial kernel (1 + x/2^k)^(2^k); null for the others"), Range(1, 20)]
    public new required int? KernelPower { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingsProblem> Check()
    {
        if (Kernel == AttentionKernel.Polynomial && KernelPower is null)
            yield return new(nameof(KernelPower), "is null; arch.kernel=polynomial needs it");
        if (Kernel != AttentionKernel.Polynomial && KernelPower is not null)
            yield return new(nameof(KernelPower), $"is {KernelPower}; only arch.kernel=polynomial reads it, so set it to null");
        if (SettingsProblem.Of(() => ToBertConfiguration(vocabularySize: 64, classes: 2)) is { } problem)
            yield return problem;
    }

    /// <summary>The model's configuration.</summary>
    /// <param name="vocabularySize">Tokens of the vocabulary.</param>
    /// <param name="classes">Classes of the task; 0 for regression.</param>
    /// <exception cref="ArgumentException">A value out of the model's range.</exception>
    public BertConfiguration ToBertConfiguration(int vocabularySize, int classes)
    {
        var configuration = Plain() with
        {
            Architecture = SettingsTypes.ChoiceOf(Kind),
            VocabularySize = vocabularySize,
            Classes = classes,
        };
        if (KernelPower is { } power)
            configuration = configuration with { KernelPower = power };
        configuration.Validate();
        return configuration;
    }
}
