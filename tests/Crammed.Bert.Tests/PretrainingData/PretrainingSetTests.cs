using Crammed.Files;
using Crammed.Tables;
using Crammed.Text;

namespace Crammed.Bert.Tests;

public class PretrainingSetTests
{
    private const int Length = 8;

    private DirectoryInfo folder = null!;

    [SetUp]
    public void SetUp() => folder = Directory.CreateTempSubdirectory("crammed-set-");

    [TearDown]
    public void TearDown() => folder.Delete(recursive: true);

    private string Cache => Path.Combine(folder.FullName, "cache");

    [Test]
    public void Documents_are_split_once_and_packed_in_the_order_of_the_files()
    {
        using var set = PretrainingSet.Load(Options(Numbers(400)));
        var tokenizer = set.Tokenizer;
        var (training, heldOut) = (Texts(set.Training, tokenizer), Texts(set.HeldOut, tokenizer));
        Assert.That(training.Concat(heldOut).Order(), Is.EqualTo(Enumerable.Range(0, 400).Select(Number).Order()));
        Assert.That(training, Is.EqualTo(training.OrderBy(text => text, StringComparer.Ordinal)));
        Assert.That(set.SampleTexts, Is.EqualTo(training));
        // Binomial: six standard deviations around a tenth.
        Assert.That(heldOut, Has.Count.InRange(40 - 36, 40 + 36));
        var stream = training.SelectMany(text => tokenizer.EncodeToIds(text).Append(tokenizer.Special.Separator));
        int[] inner = [.. Enumerable.Range(0, set.Training.Sequences).SelectMany(i => set.Training.Sequence(i).ToArray()[1..^1])];
        Assert.That(inner, Is.EqualTo(stream.Take(inner.Length)));
        Assert.That(stream.Count() - inner.Length, Is.InRange(0, Length - 3));
        Assert.That(set.Facts, Is.EqualTo(new PretrainingSetFacts(
            training.Count, heldOut.Count, 0, set.Training.Tokens, set.HeldOut.Tokens)));
    }

    [Test]
    public void Shuffling_changes_the_order_alone_and_follows_the_seed()
    {
        var path = Numbers(400);
        using var plain = PretrainingSet.Load(Options(path));
        using var shuffled = PretrainingSet.Load(Options(path) with { Shuffle = true });
        using var again = PretrainingSet.Load(Options(path) with { Shuffle = true, Threads = 1 });
        using var other = PretrainingSet.Load(Options(path) with { Shuffle = true, Seed = 6 });
        var tokenizer = plain.Tokenizer;
        var texts = Texts(shuffled.Training, tokenizer);
        Assert.That(texts, Is.Not.EqualTo(Texts(plain.Training, tokenizer)).And.EquivalentTo(Texts(plain.Training, tokenizer)));
        Assert.That(Texts(again.Training, tokenizer), Is.EqualTo(texts));
        Assert.That(Texts(other.Training, tokenizer), Is.Not.EqualTo(texts));
    }

    [Test]
    public void Duplicates_fall_out_and_are_counted()
    {
        var path = Write("twice.txt", string.Join("\n\n", Enumerable.Range(0, 600).Select(i => Number(i % 300).ToUpperInvariant())));
        using var set = PretrainingSet.Load(Options(Numbers(300), path) with { Deduplicate = true });
        Assert.That(set.Facts.Duplicates, Is.EqualTo(600));
        Assert.That(set.Facts.TrainingDocuments + set.Facts.HeldOutDocuments, Is.EqualTo(300));
    }

    [Test]
    public void Few_documents_are_held_out_by_paragraphs()
    {
        var path = Write("one.txt", string.Join('\n', Enumerable.Range(0, 200).Select(Number)));
        using var set = PretrainingSet.Load(Options(path));
        Assert.That(set.Facts.TrainingDocuments + set.Facts.HeldOutDocuments, Is.EqualTo(200));
        Assert.That(set.Facts.HeldOutDocuments, Is.Positive);
    }

    [Test]
    public void A_second_start_takes_the_cache_and_finds_the_same()
    {
        var options = Options(Numbers(400)) with { CacheFolder = Cache, Shuffle = true };
        using var made = PretrainingSet.Load(options);
        using var cached = PretrainingSet.Load(options);
        Assert.That((made.IsFromCache, cached.IsFromCache), Is.EqualTo((false, true)));
        Assert.That(cached.Tokenizer.Vocabulary.Tokens, Is.EqualTo(made.Tokenizer.Vocabulary.Tokens));
        Assert.That(cached.SampleTexts, Is.EqualTo(made.SampleTexts));
        Assert.That(cached.Facts, Is.EqualTo(made.Facts));
        foreach (var (a, b) in new[] { (made.Training, cached.Training), (made.HeldOut, cached.HeldOut) })
        {
            Assert.That(Rows(b.Sequences, b.Sequence), Is.EqualTo(Rows(a.Sequences, a.Sequence)));
            Assert.That(Rows(b.Documents, b.Document), Is.EqualTo(Rows(a.Documents, a.Document)));
        }
    }

    /// <summary>Both processes found no set when they began, and each has made one; the later one finds the earlier one's in its place.</summary>
    [Test]
    public void The_set_of_a_process_that_was_first_stays()
    {
        var options = Options(Numbers(400)) with { CacheFolder = Cache };
        using var first = PretrainingSet.Load(options);
        var vocabulary = Directory.GetFiles(Cache, CheckpointFiles.Vocabulary, SearchOption.AllDirectories).Single();
        // Its own mark: a replaced folder would be without it.
        File.SetLastWriteTimeUtc(vocabulary, DateTime.UnixEpoch);
        using var second = PretrainingSet.Load(options with { CacheFolder = null });
        var cache = new PretrainingSetCache(Cache, PretrainingSetKey.Of(options, tokenizerSha256: null, progress: null, CancellationToken.None));
        cache.Write(second, progress: null, CancellationToken.None);
        Assert.That(File.GetLastWriteTimeUtc(vocabulary), Is.EqualTo(DateTime.UnixEpoch));
        Assert.That(Directory.GetDirectories(Cache), Has.Length.EqualTo(1), "no temporary folder is left");
    }

    [Test]
    public void Whatever_decides_the_content_makes_another_set()
    {
        var options = Options(Numbers(400)) with { CacheFolder = Cache };
        PretrainingSet.Load(options).Dispose();
        PretrainingSetOptions[] others =
        [
            options with { Seed = 6 }, options with { SequenceLength = 9 }, options with { VocabularySize = 70 },
            options with { HeldOutFraction = 0.2 }, options with { Shuffle = true }, options with { Deduplicate = true },
            options with { Sources = Options(Numbers(401)).Sources },
        ];
        foreach (var other in others)
        {
            using var set = PretrainingSet.Load(other);
            Assert.That(set.IsFromCache, Is.False, other.ToString());
        }

        File.Copy(Path.Combine(folder.FullName, "numbers-400.txt"), Path.Combine(folder.FullName, "copy.txt"));
        using var copy = PretrainingSet.Load(options with { Sources = Options(Path.Combine(folder.FullName, "copy.txt")).Sources });
        Assert.That(copy.IsFromCache, "the same content under another name");
        Assert.That(Directory.GetDirectories(Cache), Has.Length.EqualTo(others.Length + 1));
    }

    [Test]
    public void A_set_of_another_key_in_its_place_is_made_again()
    {
        var (first, second) = (Options(Numbers(400)) with { CacheFolder = Cache }, Options(Numbers(300)) with { CacheFolder = Cache });
        PretrainingSet.Load(first).Dispose();
        var wrong = Directory.GetDirectories(Cache).Single();
        PretrainingSet.Load(second).Dispose();
        var right = Directory.GetDirectories(Cache).Single(path => path != wrong);
        Directory.Delete(right, recursive: true);
        Directory.Move(wrong, right);
        using var made = PretrainingSet.Load(second);
        using var cached = PretrainingSet.Load(second);
        Assert.That((made.IsFromCache, cached.IsFromCache), Is.EqualTo((false, true)));
        Assert.That(cached.Facts.TrainingDocuments + cached.Facts.HeldOutDocuments, Is.EqualTo(300));
    }

    /// <summary>The settings beside a vocabulary decide the ids, and are part of what the cache goes by.</summary>
    [Test]
    public void A_vocabularys_settings_are_honoured_and_kept()
    {
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Bird", "bird"];
        var options = Options(Write("birds.txt", string.Join("\n\n", Enumerable.Repeat("Bird bird Bird", 100)))) with
        {
            VocabularyPath = Write("vocab.txt", string.Join('\n', vocabulary)),
            CacheFolder = Cache,
        };
        using var uncased = PretrainingSet.Load(options);
        Write("tokenizer_config.json", """{"do_lower_case": false}""");
        using var cased = PretrainingSet.Load(options);
        using var cached = PretrainingSet.Load(options);
        Assert.That((cased.IsFromCache, cached.IsFromCache), Is.EqualTo((false, true)));
        Assert.That(uncased.Training.Document(0).ToArray(), Is.EqualTo((int[])[2, 6, 6, 6, 3]));
        Assert.That(cased.Training.Document(0).ToArray(), Is.EqualTo((int[])[2, 5, 6, 5, 3]));
        Assert.That(cached.Tokenizer.Options.LowerCaseBeforeTokenization, Is.False);
        File.Delete(Directory.GetFiles(Cache, "tokenizer_config.json", SearchOption.AllDirectories)
            .Single(file => File.ReadAllText(file).Contains("case\": false")));
        Assert.That(() => PretrainingSet.Load(options), Throws.TypeOf<InvalidDataException>().With.Message.Contains("delete the folder"));
    }

    [TestCase("training-sequences/part-00000.parquet")]
    [TestCase("training-documents/part-00000.parquet")]
    [TestCase("held-out-sequences/part-00000.parquet")]
    [TestCase("held-out-documents/part-00000.parquet")]
    [TestCase("sample-texts/part-00000.parquet")]
    [TestCase("training-sequences/manifest.json")]
    [TestCase("sample-texts/manifest.json")]
    [TestCase("vocab.txt")]
    public void A_damaged_set_is_named_with_what_to_do(string name)
    {
        var options = Options(Numbers(400)) with { CacheFolder = Cache };
        PretrainingSet.Load(options).Dispose();
        var set = Directory.GetDirectories(Cache).Single();
        var path = Path.Combine(set, name);
        var bytes = File.ReadAllBytes(path);
        foreach (var damage in new Action[]
        {
            () => File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]), () => File.WriteAllBytes(path, []), () => File.Delete(path),
        })
        {
            damage();
            Assert.That(
                () => PretrainingSet.Load(options),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains(name)
                    .And.Message.EndsWith($"delete the folder {set} to have it made again."));
        }
    }

    [Test]
    public void Ids_beyond_the_vocabulary_are_refused()
    {
        var path = Path.Combine(folder.FullName, "rows");
        var format = new PartFormat("rows", 1, IsCompressed: true);
        using (var writer = PartFolderWriter<string>.Create(path, format, "any"))
            TokenRowFolder.Write(writer, [new[] { 1, 2, 9 }, new[] { 3 }]);
        var tables = PartFolder<string>.Open(path, format).Tables();
        Assert.That(() => TokenRowFolder.Read(path, tables, (1, 3), 9, _ => { }), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo($"{path}: row 0 has the id 9, and the vocabulary has 9 tokens."));
        Assert.That(() => TokenRowFolder.Read(path, tables, (2, 3), 10, _ => { }), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo($"{path}: row 1 has 1 ids, where 2 to 3 are needed."));
    }

    [Test]
    public void An_interruption_or_a_folder_that_cannot_be_written_leaves_nothing_behind()
    {
        var options = Options(Numbers(400)) with { CacheFolder = Cache };
        using var source = new CancellationTokenSource();
        var progress = new ImmediateProgress<WorkProgress>(state =>
        {
            if (state.Title == "caching held-out tokens")
                source.Cancel();
        });
        Assert.That(() => PretrainingSet.Load(options, progress, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFileSystemEntries(Cache), Is.Empty);
        // A file where the folder belongs fails as a full disk does: with an IOException in the midst of writing.
        var blocked = Write("blocked", "");
        Assert.That(() => PretrainingSet.Load(options with { CacheFolder = blocked }), Throws.InstanceOf<IOException>());
        Assert.That(File.ReadAllText(blocked), Is.Empty);
    }

    [Test]
    public void Rows_come_back_as_they_were_added()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 2000)
            .Select(_ => Enumerable.Range(0, random.Next(300)).Select(_ => random.Next()).ToArray())
            .ToList();
        using var stored = TokenRows.Of(rows);
        Assert.That(stored.Count, Is.EqualTo(rows.Count));
        Assert.That(stored.Tokens, Is.EqualTo(rows.Sum(row => row.Length)));
        foreach (var i in Enumerable.Range(0, rows.Count).OrderBy(_ => random.Next()))
            Assert.That(stored.Row(i), Is.EqualTo(rows[i]));
    }

    private static string Number(int i) => $"n{i:D3} {(char)('a' + (i % 26))} {(char)('a' + (i / 26))}";

    private static List<string> Texts(PretrainingCorpus corpus, BertTokenizer tokenizer) =>
        [.. Rows(corpus.Documents, corpus.Document).Select(row => tokenizer.Decode(row, skipSpecialTokens: true))];

    private static List<int[]> Rows(int count, Func<int, ReadOnlyMemory<int>> row) =>
        [.. Enumerable.Range(0, count).Select(i => row(i).ToArray())];

    private static PretrainingSetOptions Options(params string[] paths) => new()
    {
        Sources = [.. paths.Select(path => new TextFileSource(path))],
        VocabularyPath = null,
        VocabularySize = 600,
        SequenceLength = Length,
        Seed = 5,
        HeldOutFraction = 0.1,
    };

    /// <summary>A file of documents that are all different.</summary>
    private string Numbers(int count) => Write($"numbers-{count}.txt", string.Join("\n\n", Enumerable.Range(0, count).Select(Number)));

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
