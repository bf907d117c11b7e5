namespace Crammed.Text;

/// <summary>Draws the examples of a WordNet task: definitions as texts, as many of each label, no concept in both splits.</summary>
internal sealed class WordNetTaskSource(WordNetTask task, WordNetDatabase database) : ITaskSource
{
    public TaskDescription Description => task.Description;

    public IReadOnlyList<Example> Read(TaskSplit split)
    {
        var candidatesByLabel =
            task.Candidates(new WordNetPart(database, split)).OrderBy(Hash("choice")).ToLookup(candidate => candidate.Label);
        List<WordNetCandidate>[] byLabel = [.. Description.Labels.Select((_, label) => candidatesByLabel[label].ToList())];
        var limit = split == TaskSplit.Train ? task.TrainLimit : task.DevLimit;
        var each = Math.Min(limit / byLabel.Length, byLabel.Min(candidates => candidates.Count));
        return
        [
            // Not in the order of the choice, where the more frequent label would come first.
            .. byLabel.SelectMany(candidates => candidates.Take(each)).OrderBy(Hash("order")).Select((candidate, index) => new Example(
                index, candidate.First.Definition, candidate.Second?.Definition, Description.Labels[candidate.Label], candidate.Label)),
        ];
    }

    private Func<WordNetCandidate, ulong> Hash(string purpose) =>
        candidate => WordNetSplit.Hash(candidate.First, $"{Description.Name} {purpose}");
}
