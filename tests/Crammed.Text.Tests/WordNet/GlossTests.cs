namespace Crammed.Text.Tests;

public class GlossTests
{
    [TestCase(" a tangible entity; that casts; \"it was full of objects\"", "a tangible entity; that casts", "it was full of objects")]
    [TestCase(" plain  ", "plain")]
    [TestCase(" change; \"the permutations...in the world\"- Henry Miller; \"a; b\"", "change", "the permutations...in the world", "a; b")]
    [TestCase(" the `boot'; said of \"x\" only", "the `boot'; said of \"x\" only")]
    [TestCase(" goods; she loaded her shopping\"", "goods; she loaded her shopping")]
    [TestCase(" \"an example alone\"", "", "an example alone")]
    public void Parse_TakesDefinitionAndExamplesApart(string gloss, string definition, params string[] examples)
    {
        (var parsedDefinition, var parsedExamples) = Gloss.Parse(gloss);
        Assert.That(parsedDefinition, Is.EqualTo(definition));
        Assert.That(parsedExamples, Is.EqualTo(examples));
    }
}
