using Crammed.Text;

namespace Crammed.Bert.Tests;

/// <summary>A small vocabulary and made-up sentences.</summary>
internal static class TextFixture
{
    private static readonly string[] Words =
        ["cat", "dog", "tree", "bird", "fish", "hammer", "chair", "table", "engine", "a", "the", "with", "small", "large", "of"];

    public static BertTokenizer Tokenizer { get; } =
        BertTokenizer.Create(new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]));

    public static BertConfiguration Configuration { get; } =
        Tiny.Configuration(layers: 1) with { VocabularySize = 20, SequenceLength = 10, InitializerStandardDeviation = 0.2 };

    public static List<string> Texts(int count, string purpose = "texts")
    {
        var random = new SeededRandom(1, purpose);
        return [.. Enumerable.Range(0, count).Select(_ =>
            string.Join(' ', Enumerable.Range(0, 1 + random.Next(7)).Select(_ => Words[random.Next(Words.Length)])))];
    }

    public static ITaskSource Task(int count, string purpose = "texts") => new Source(Texts(count, purpose));

    private sealed class Source(List<string> texts) : ITaskSource
    {
        public TaskDescription Description { get; } = new("tiny", IsPair: false, ["none", "animal"], [MetricNames.Accuracy]);

        public IReadOnlyList<Example> Read(TaskSplit split) =>
            [.. texts.Select((text, index) =>
            {
                var label = text.Contains("cat") || text.Contains("dog") ? 1 : 0;
                return new Example(index, text, null, Description.Labels[label], label);
            })];
    }
}
