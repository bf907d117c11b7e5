using Crammed.Bert;
using Crammed.Model;

namespace Crammed.Cli.Stages;

/// <summary>What pretraining made.</summary>
/// <param name="ModelFolder">The checkpoint: model.safetensors, config.json, vocab.txt, calibration.json.</param>
/// <param name="Configuration">The model.</param>
/// <param name="Parameters">Numbers in the model.</param>
/// <param name="Calibration">Ranges of its inner values.</param>
/// <param name="Training">Steps, tokens, seconds, losses.</param>
/// <param name="Precision">Type of the products with weights: what auto became.</param>
/// <param name="ProductShare">Share of libtorch's own rate of matrix products that training reached.</param>
/// <param name="Seconds">Seconds in all, reading the text excluded, calibration included.</param>
internal sealed record PretrainOutcome(
    string ModelFolder, BertConfiguration Configuration, long Parameters, Calibration Calibration, PretrainingResult Training,
    MatrixProductPrecision Precision, double ProductShare, double Seconds);
