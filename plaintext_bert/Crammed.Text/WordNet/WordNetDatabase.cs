namespace Crammed.Text;

/// <summary>The concepts of WordNet 3.0, read from its data files (wndb(5WN)).</summary>
public sealed class WordNetDatabase
{
    /// <summary>Where the Debian package wordnet-base puts the files.</summary>
    public const string DebianFolder = "/usr/share/wordnet";

    private static readonly (string File, string PartsOfSpeech)[] DataFiles =
        [("data.noun", "n"), ("data.verb", "v"), ("data.adj", "as"), ("data.adv", "r")];

    private readonly Dictionary<(char PartOfSpeech, int Offset), Synset> _byOffset;

    private WordNetDatabase(List<Synset> synsets)
    {
        Synsets = synsets;
        _byOffset = synsets.ToDictionary(synset => (FileOf(synset.PartOfSpeech), synset.Offset));
    }

    /// <summary>All concepts: nouns, verbs, adjectives, adverbs, each in the order of its file.</summary>
    public IReadOnlyList<Synset> Synsets { get; }

    /// <summary>The concept a pointer leads to.</summary>
    public Synset this[SynsetPointer pointer] => _byOffset[(FileOf(pointer.TargetPartOfSpeech), pointer.TargetOffset)];

    /// <summary>The paths of data.noun, data.verb, data.adj and data.adv in a folder.</summary>
    /// <exception cref="IOException">A file is missing; the message says what to install.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        const string Remedy = "install the Debian package wordnet-base or give the folder of WordNet's data files";
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder}: WordNet's folder does not exist; {Remedy}.");
        string[] paths = [.. DataFiles.Select(entry => Path.Combine(folder, entry.File))];
        return Array.Find(paths, path => !File.Exists(path)) is { } missing
            ? throw new FileNotFoundException($"{missing}: WordNet's data file does not exist; {Remedy}.", missing)
            : paths;
    }

    /// <summary>Reads data.noun, data.verb, data.adj and data.adv of a folder.</summary>
    /// <exception cref="IOException">A file is missing; the message says what to install.</exception>
    /// <exception cref="InvalidDataException">A line is malformed; names file, line, field and value.</exception>
    public static WordNetDatabase Load(string folder = DebianFolder)
    {
        List<Synset> synsets = [];
        Dictionary<(char, int), (string Path, int Line)> pending = [];
        foreach ((var path, (var _, var partsOfSpeech)) in Files(folder).Zip(DataFiles))
        {
            SynsetParser parser = new(path, partsOfSpeech);
            foreach (var synset in parser.Parse())
            {
                synsets.Add(synset);
                foreach (var pointer in synset.Pointers)
                    pending.TryAdd((FileOf(pointer.TargetPartOfSpeech), pointer.TargetOffset), (path, parser.LineNumber));
            }
        }
        WordNetDatabase database = new(synsets);
        foreach (((char, int Offset) target, (var path, var line)) in pending)
        {
            if (!database._byOffset.ContainsKey(target))
                throw new InvalidDataException($"{path}, line {line}: a pointer leads to {target.Offset:D8}, where no concept is.");
        }
        return database;
    }

    /// <summary>Satellite adjectives stand in the adjectives' file.</summary>
    private static char FileOf(char partOfSpeech) => partOfSpeech == 's' ? 'a' : partOfSpeech;
}
