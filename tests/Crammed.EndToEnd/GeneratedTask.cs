using Crammed.Bert;
using Crammed.Model;
using Crammed.Text;

namespace Crammed.EndToEnd;

/// <summary>A folder with a narrow model that was never trained and a task of many made-up sentences, in SST-2's form.</summary>
internal sealed class GeneratedTask : IDisposable
{
    /// <summary>Training examples, enough for 15 parts.</summary>
    public const int Examples = 60_000;

    private static readonly string[] Words = ["the", "bird", "dog", "fish", "sees", "hears", "a", "river", "again", "and"];

    /// <param name="hidden">Width of the model, an even number.</param>
    public GeneratedTask(int hidden = 8)
    {
        var tokenizer = BertTokenizer.Create(new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]));
        using (var model = new BertModel(Configuration with { Hidden = hidden }, seed: 1))
            Checkpoint.Save(model, tokenizer, Path.Combine(Folder, "model"));
        var tasks = Directory.CreateDirectory(Path.Combine(Folder, "glue", "sst2")).FullName;
        Write(Path.Combine(tasks, "train.tsv"), Examples);
        Write(Path.Combine(tasks, "dev.tsv"), 50);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("crammed-task-").FullName;

    /// <summary>The words that name the configuration, the model and the task.</summary>
    public static string[] Overrides =>
        ["--config-dir", Installation.Configs, "model=model", "eval/tasks=sst2", "data.glue=glue", "impl.threads=1"];

    private static BertConfiguration Configuration => BertConfiguration.Named("crammed-bert-he") with
    {
        Layers = 1,
        Hidden = 8,
        Heads = 2,
        FeedForward = 16,
        SequenceLength = 16,
        VocabularySize = 15,
    };

    /// <summary>The absolute path of something that a run wrote.</summary>
    public string Output(string path) => Path.Combine(Folder, "outputs", path);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Write(string path, int count)
    {
        var random = new Random(count);
        var rows = Enumerable.Range(0, count).Select(i => $"{string.Join(' ', random.GetItems(Words, 3 + (i % 17)))}\t{i % 2}");
        File.WriteAllLines(path, rows.Prepend("sentence\tlabel"));
    }
}
