namespace Crammed.Bert;

/// <summary>What a pretraining set holds.</summary>
/// <param name="TrainingDocuments">Documents to train on.</param>
/// <param name="HeldOutDocuments">Documents held out.</param>
/// <param name="Duplicates">Documents left out since an equal one came before.</param>
/// <param name="TrainingTokens">Tokens of the documents to train on, before packing.</param>
/// <param name="HeldOutTokens">Tokens of the documents held out, before packing.</param>
public sealed record PretrainingSetFacts(
    long TrainingDocuments, long HeldOutDocuments, long Duplicates, long TrainingTokens, long HeldOutTokens);
