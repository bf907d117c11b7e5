using Crammed.Cli.Configuration;

namespace Crammed.Cli.Tests.Configuration;

internal sealed class EditDistanceTests
{
    [TestCase("", "", 0)]
    [TestCase("abc", "", 3)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("steps", "setps", 1)]
    [TestCase("train", "trian", 1)]
    [TestCase("flaw", "lawn", 2)]
    public void The_distance_counts_edits_and_swaps(string from, string to, int expected)
    {
        Assert.That(EditDistance.Between(from, to), Is.EqualTo(expected));
        Assert.That(EditDistance.Between(to, from), Is.EqualTo(expected));
    }

    [Test]
    public void Only_a_near_word_is_suggested()
    {
        string[] words = ["train.steps", "train.batch", "name"];
        Assert.That(EditDistance.Nearest("trian.stpes", words), Is.EqualTo("train.steps"));
        Assert.That(EditDistance.Nearest("batch", words), Is.EqualTo("train.batch"));
        Assert.That(EditDistance.Nearest("nmae", words), Is.EqualTo("name"));
        Assert.That(EditDistance.Nearest("elephant", words), Is.Null);
        Assert.That(EditDistance.Nearest("name", []), Is.Null);
    }
}
