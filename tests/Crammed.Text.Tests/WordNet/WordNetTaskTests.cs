namespace Crammed.Text.Tests;

public class WordNetTaskTests
{
    [TestCase("wordnet-living", 15_000, 2000)]
    [TestCase("wordnet-hypernym", 15_000, 1500)]
    public void Splits_AreLargeBalancedAndFixed(string name, int leastTrain, int leastDev)
    {
        var source = Open(name);
        foreach ((var split, var least) in ((TaskSplit, int)[])[(TaskSplit.Train, leastTrain), (TaskSplit.Dev, leastDev)])
        {
            var examples = source.Read(split);
            Assert.That(examples, Has.Count.AtLeast(least));
            Assert.That(examples.Count(example => example.Label == 1) * 2, Is.EqualTo(examples.Count));
            Assert.That(examples.Select(example => example.Index), Is.EqualTo(Enumerable.Range(0, examples.Count)));
            Assert.That(examples.Select(example => source.Description.Labels[(int)example.Label] == example.LabelText), Has.All.True);
            Assert.That(examples.Select(example => example.Second is not null), Has.All.EqualTo(source.Description.IsPair));
            Assert.That(source.Read(split), Is.EqualTo(examples));

            // Labels are mixed: among the first 200, a fair coin stays within 5 standard deviations (7.07) of 100.
            Assert.That(examples.Take(200).Count(example => example.Label == 1), Is.InRange(65, 135));
        }
    }

    [TestCase("wordnet-living")]
    [TestCase("wordnet-hypernym")]
    public void Dev_SharesNoTextWithTrainingOrPretraining(string name)
    {
        var source = Open(name);
        var dev = Texts(source.Read(TaskSplit.Dev));
        Assert.That(dev.Overlaps(Texts(source.Read(TaskSplit.Train))), Is.False);
        Assert.That(dev.Overlaps(Paragraphs(TaskSplit.Train)), Is.False);
        Assert.That(dev.IsSubsetOf(Paragraphs(TaskSplit.Dev)), Is.True);
    }

    [Test]
    public void Corpus_HasEveryConceptOnce()
    {
        var database = SharedFolders.WordNet();
        var all = WordNetCorpus.Documents(database).Concat(WordNetCorpus.Documents(database, TaskSplit.Dev));
        Assert.That(
            all.Select(document => document.Name).Order(), Is.EqualTo(database.Synsets.Select(synset => $"WordNet {synset.Id}").Order()));
    }

    /// <summary>Split and order must never change: the bytes are those that sha256sum gives for "split 00001740-n".</summary>
    [Test]
    public void Hash_IsSha256()
    {
        Synset entity = new(1740, 'n', 3, ["entity"], [], "that which exists", []);
        Assert.That(WordNetSplit.Hash(entity, "split"), Is.EqualTo(6886295402266087863UL));
        Assert.That(WordNetSplit.PartOf(entity), Is.EqualTo(TaskSplit.Train));
    }

    [Test]
    public void Split_HoldsOutItsShareOfNouns()
    {
        List<Synset> nouns = [.. SharedFolders.WordNet().Synsets.Where(synset => synset.PartOfSpeech == 'n')];
        var share = nouns.Count(synset => WordNetSplit.PartOf(synset) == TaskSplit.Dev) / (double)nouns.Count;
        // Five standard deviations of a share of 15 % among 82,115.
        Assert.That(share, Is.EqualTo(0.15).Within(5 * Math.Sqrt(0.15 * 0.85 / nouns.Count)));
    }

    /// <summary>Each label is what WordNet says of the concept with that definition.</summary>
    [Test]
    public void Living_LabelsAreWordNets()
    {
        var byDefinition = ByDefinition();
        foreach (var example in Open("wordnet-living").Read(TaskSplit.Dev))
        {
            var topic = LexicographerFiles.Names[byDefinition[example.First].LexicographerFile];
            string[] topics = example.Label == 1 ? ["noun.animal", "noun.plant", "noun.person"] : ["noun.artifact"];
            Assert.That(topics, Does.Contain(topic), example.First);
        }
    }

    [Test]
    public void Hypernym_LabelsAreWordNets()
    {
        var database = SharedFolders.WordNet();
        var byDefinition = ByDefinition();
        foreach (var example in Open("wordnet-hypernym").Read(TaskSplit.Dev))
        {
            Synset first = byDefinition[example.First], second = byDefinition[example.Second!];
            var isHypernym = first.Pointers.Any(pointer => pointer.IsHypernym && database[pointer] == second);
            Assert.That(isHypernym, Is.EqualTo(example.Label == 1), example.First);
        }
    }

    /// <summary>
    /// A signal is there: naive Bayes on words tells living things from artifacts. And where a pair is asked about, neither text alone
    /// tells (a trivial answer would show): chance is 50 %, its standard deviation on 1814 examples 1.2 points; 6 points are 5 of these.
    /// </summary>
    [TestCase("wordnet-living", 1, 0.85, 1.0)]
    [TestCase("wordnet-hypernym", 1, 0.44, 0.56)]
    [TestCase("wordnet-hypernym", 2, 0.44, 0.56)]
    public void NaiveBayes_OnOneText_IsAsAccurateAs(string name, int text, double least, double most)
    {
        var source = Open(name);
        Func<Example, string> choose = text == 1 ? example => example.First : example => example.Second!;
        NaiveBayes classifier = new(source.Read(TaskSplit.Train).Select(example => (choose(example), (int)example.Label)));
        var accuracy = source.Read(TaskSplit.Dev).Average(example => classifier.Classify(choose(example)) == example.Label ? 1.0 : 0.0);
        TestContext.Out.WriteLine($"accuracy {accuracy:P1}");
        Assert.That(accuracy, Is.InRange(least, most));
    }

    private static ITaskSource Open(string name) =>
        new WordNetTaskSource(WordNetTask.All.Single(task => task.Description.Name == name), SharedFolders.WordNet());

    private static HashSet<string> Texts(IEnumerable<Example> examples) =>
        [.. examples.SelectMany(example => example.Second is null ? (string[])[example.First] : [example.First, example.Second])];

    private static HashSet<string> Paragraphs(TaskSplit part) =>
        [.. WordNetCorpus.Documents(SharedFolders.WordNet(), part).SelectMany(document => document.Paragraphs)];

    private static Dictionary<string, Synset> ByDefinition() => SharedFolders.WordNet().Synsets
        .GroupBy(synset => synset.Definition).ToDictionary(sharing => sharing.Key, sharing => sharing.First());
}
