using Crammed.Bert;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>Text for pretraining: documents to learn from, and others for the held-out loss.</summary>
/// <param name="Training">At least one document.</param>
/// <param name="HeldOut">At least one document; none of the training's.</param>
internal sealed record PretrainingText(IReadOnlyList<string> Training, IReadOnlyList<string> HeldOut)
{
    /// <summary>The word that stands for WordNet's glosses among the sources.</summary>
    public const string WordNet = "wordnet";

    /// <summary>
    /// Reads the sources. WordNet's part for evaluation is held out, so that no gloss of an evaluated concept is learnt; of files, a
    /// part chosen by the seed, by documents (which empty lines separate), or by paragraphs where the files hold few documents.
    /// </summary>
    /// <param name="sources">Files (.txt, .gz) and <see cref="WordNet"/>.</param>
    /// <param name="wordNetFolder">Folder of WordNet's data files.</param>
    /// <param name="settings">Seed and held-out part.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no text, or so short that nothing can be held out.</exception>
    public static PretrainingText Read(
        IReadOnlyList<string> sources, string wordNetFolder, PretrainingSettings settings, CancellationToken cancellation)
    {
        var files = sources.Where(source => source != WordNet).ToList();
        List<string> training = [], heldOut = [];
        if (sources.Contains(WordNet))
        {
            var database = WordNetDatabase.Load(wordNetFolder);
            training.AddRange(WordNetCorpus.Documents(database, TaskSplit.Train).Select(document => document.Text));
            heldOut.AddRange(WordNetCorpus.Documents(database, TaskSplit.Dev).Select(document => document.Text));
        }
        if (files.Count > 0)
        {
            var split = Pretrainer.HeldOutSplit(Pieces(files, settings.HeldOutFraction, cancellation), settings);
            training.AddRange(split.Training);
            heldOut.AddRange(split.HeldOut);
        }
        return training.Count > 0 && heldOut.Count > 0
            ? new PretrainingText(training, heldOut)
            : throw new InvalidDataException(
                $"{string.Join(", ", sources)}: {training.Count + heldOut.Count} paragraphs are too few "
                + "to train on some and hold out others; add text");
    }

    private static List<string> Pieces(IReadOnlyList<string> files, double heldOutFraction, CancellationToken cancellation)
    {
        List<TextDocument> documents = [];
        foreach (var document in files.SelectMany(file => TextCorpus.Read(file)))
        {
            cancellation.ThrowIfCancellationRequested();
            documents.Add(document);
        }
        bool areMany = documents.Count * heldOutFraction >= 8;
        return [.. areMany ? documents.Select(document => document.Text) : documents.SelectMany(document => document.Paragraphs)];
    }
}
