namespace Crammed.Bert.Tests;

public class PretrainingCorpusTests
{
    [Test]
    public void Documents_are_packed_with_separators_and_kept_singly()
    {
        IReadOnlyList<int>[] documents = [[10, 11, 12], [], [13, 14, 15, 16, 17, 18, 19]];
        var corpus = PretrainingCorpus.Build(documents, Tiny.Special, sequenceLength: 6);
        Assert.That(corpus.Tokens, Is.EqualTo(10));
        Assert.That(corpus.Sequences, Is.EqualTo(3));
        Assert.That(corpus.Sequence(0).ToArray(), Is.EqualTo([2, 10, 11, 12, 3, 3]));
        Assert.That(corpus.Sequence(1).ToArray(), Is.EqualTo([2, 13, 14, 15, 16, 3]));
        Assert.That(corpus.Sequence(2).ToArray(), Is.EqualTo([2, 17, 18, 19, 3, 3]));
        Assert.That(corpus.Documents, Is.EqualTo(2));
        Assert.That(corpus.Document(0).ToArray(), Is.EqualTo([2, 10, 11, 12, 3]));
        Assert.That(corpus.Document(1).ToArray(), Is.EqualTo([2, 13, 14, 15, 16, 3]));
    }

    [Test]
    public void Too_little_text_is_refused() =>
        Assert.That(
            () => PretrainingCorpus.Build([[10, 11]], Tiny.Special, 6),
            Throws.ArgumentException.With.Message.Contains("3 tokens; one sequence needs 4"));
}
