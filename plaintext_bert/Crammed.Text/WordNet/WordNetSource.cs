namespace Crammed.Text;

/// <summary>A part of WordNet's glosses, see <see cref="WordNetCorpus"/>.</summary>
public sealed class WordNetSource : CorpusSource
{
    private readonly Lazy<WordNetDatabase> _database;
    private readonly TaskSplit _part;

    private WordNetSource(IReadOnlyList<string> files, Lazy<WordNetDatabase> database, TaskSplit part)
        : base("wordnet", files)
    {
        _database = database;
        _part = part;
    }

    /// <inheritdoc/>
    public override string Selection => $"wordnet {_part}";

    /// <inheritdoc/>
    public override TaskSplit? Part => _part;

    /// <summary>Both parts of the WordNet in a folder, that to train on first.</summary>
    /// <exception cref="IOException">A data file is missing; the message says what to install.</exception>
    public static IReadOnlyList<CorpusSource> Parts(string folder)
    {
        var files = WordNetDatabase.Files(folder);
        Lazy<WordNetDatabase> database = new(() => WordNetDatabase.Load(folder));
        return [new WordNetSource(files, database, TaskSplit.Train), new WordNetSource(files, database, TaskSplit.Dev)];
    }

    /// <inheritdoc/>
    public override IEnumerable<TextDocument> Read(Action<long>? bytesRead = null)
    {
        var documents = WordNetCorpus.Documents(_database.Value, _part);
        bytesRead?.Invoke(Files.Sum(file => new FileInfo(file).Length));
        return documents;
    }
}
