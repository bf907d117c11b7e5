namespace Crammed.Text.Tests;

/// <summary>Multinomial naive Bayes over words with add-one smoothing, for two balanced labels.</summary>
internal sealed class NaiveBayes
{
    private readonly Dictionary<string, int>[] _counts = [[], []];
    private readonly double[] _totals = [0, 0];

    public NaiveBayes(IEnumerable<(string Text, int Label)> examples)
    {
        foreach ((var text, var label) in examples)
        {
            foreach (var word in Words.Of(text))
            {
                _counts[label][word] = _counts[label].GetValueOrDefault(word) + 1;
                _totals[label]++;
            }
        }
    }

    public int Classify(string text) => LogLikelihood(text, 1) > LogLikelihood(text, 0) ? 1 : 0;

    private double LogLikelihood(string text, int label) =>
        Words.Of(text)
            .Sum(word => Math.Log((_counts[label].GetValueOrDefault(word) + 1) / (_totals[label] + _counts[label].Count)));
}
