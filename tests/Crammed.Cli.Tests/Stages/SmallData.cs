namespace Crammed.Cli.Tests.Stages;

/// <summary>A little text and little tasks, the same at every run.</summary>
internal static class SmallData
{
    /// <summary>Tokens in a sequence of the small models.</summary>
    public const int SequenceLength = 24;

    private static readonly string[] Names = ["bird", "dog", "fish", "horse", "river", "stone", "tree", "wolf"];
    private static readonly string[] Verbs = ["finds", "hears", "likes", "passes", "sees"];

    /// <summary>Short sentences as documents, an empty line between two.</summary>
    public static string WriteText(TemporaryFolder folder, string name = "text.txt", int sentences = 600) =>
        folder.Write(name, string.Join("\n\n", Enumerable.Range(0, sentences).Select(Sentence)) + "\n");

    /// <summary>A folder with sst2 and stsb in GLUE's forms: does it happen again and again, and a score from 0 to 5.</summary>
    /// <returns>The folder.</returns>
    public static string WriteGlue(TemporaryFolder folder, int train = 40, int dev = 20)
    {
        folder.Write("glue/sst2/train.tsv", Sentiment(0, train));
        folder.Write("glue/sst2/dev.tsv", Sentiment(train, dev));
        folder.Write("glue/stsb/train.tsv", Similarity(0, train));
        folder.Write("glue/stsb/dev.tsv", Similarity(train, dev));
        return folder.Combine("glue");
    }

    /// <summary>One sentence of five to eight words.</summary>
    public static string Sentence(int index)
    {
        string subject = Names[index % 8], verb = Verbs[index % 5], target = Names[index / 8 % 8];
        return $"the {subject} {verb} the {target}{string.Concat(Enumerable.Repeat(" again", index % 4))}";
    }

    /// <summary>1 where the sentence says "again" twice or more.</summary>
    public static int Label(int index) => index % 4 >= 2 ? 1 : 0;

    private static string Sentiment(int first, int count) =>
        "sentence\tlabel\n" + string.Concat(Enumerable.Range(first, count).Select(i => $"{Sentence(i)}\t{Label(i)}\n"));

    private static string Similarity(int first, int count) =>
        "sentence1\tsentence2\tscore\n"
        + string.Concat(Enumerable.Range(first, count).Select(i => $"{Sentence(i)}\t{Sentence(2 * i)}\t{i % 6}.0\n"));
}
