namespace Crammed.Text;

/// <summary>
/// A classification task made from WordNet: its candidates are taken in an order by hash, as many of each label, up to a limit.
/// </summary>
/// <param name="Description">Name, labels and metrics.</param>
/// <param name="TrainLimit">Most examples for training.</param>
/// <param name="DevLimit">Most examples for evaluation.</param>
/// <param name="Candidates">All possible examples within one part of WordNet.</param>
internal sealed record WordNetTask(
    TaskDescription Description, int TrainLimit, int DevLimit, Func<WordNetPart, IEnumerable<WordNetCandidate>> Candidates)
{
    /// <summary>
    /// wordnet-living: is what this definition describes a living thing or an artifact?
    /// wordnet-hypernym: does the second definition describe a kind of which the first is one? The wrong ones are definitions of other
    /// concepts' kinds on the same topic, so that neither text alone tells.
    /// </summary>
    public static IReadOnlyList<WordNetTask> All { get; } =
    [
        new(
            new TaskDescription("wordnet-living", IsPair: false, ["artifact", "living"], [MetricNames.Accuracy]),
            TrainLimit: 20_000,
            DevLimit: 2_000,
            part => part.OfTopics(0, "noun.artifact").Concat(part.OfTopics(1, "noun.animal", "noun.plant", "noun.person"))),
        new(
            new TaskDescription("wordnet-hypernym", IsPair: true, ["other", "hypernym"], [MetricNames.Accuracy]),
            TrainLimit: 20_000,
            DevLimit: 2_000,
            part => part.HypernymPairs(otherLabel: 0, hypernymLabel: 1)),
    ];
}
