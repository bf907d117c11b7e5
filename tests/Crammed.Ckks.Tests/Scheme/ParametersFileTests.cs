using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed class ParametersFileTests
{
    private const string Good = """
        {
          "name": "insecure-N11H64", "logN": 11, "primeBits": [46, 36, 36], "specialPrimeBits": [50, 50], "log2Scale": 36, "digitSize": 1,
          "secret": { "distribution": "sparseTernary", "hammingWeight": 64 }
        }
        """;

    [Test]
    public void A_literal_is_read_member_by_member()
    {
        CkksParametersLiteral literal = CkksParametersFile.Parse(Good, "set.json");
        Assert.That((literal.Name, literal.LogN, literal.Log2Scale, literal.DigitSize), Is.EqualTo(("insecure-N11H64", 11, 36, (int?)1)));
        Assert.That(literal.PrimeBits, Is.EqualTo(new[] { 46, 36, 36 }));
        Assert.That(literal.SpecialPrimeBits, Is.EqualTo(new[] { 50, 50 }));
        Assert.That(literal.Secret, Is.EqualTo(SecretDistribution.SparseTernary(64)));
        Assert.That(CkksParameters.Create(literal).Secret.HammingWeight, Is.EqualTo(64));
        Assert.That(CkksParametersFile.Parse(Good.Replace(" \"digitSize\": 1,", ""), "set.json").DigitSize, Is.Null);
    }

    [Test]
    public void Named_sets_come_back_from_files()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Guid.NewGuid() + ".json");
        try
        {
            foreach (CkksParametersLiteral literal in NamedParameters.All)
            {
                CkksParametersFile.Save(literal, path);
                AssertSame(CkksParametersFile.Load(path), literal);
            }
            File.WriteAllText(path, "[]");
            Assert.That(() => CkksParametersFile.Load(path), Throws.InstanceOf<CkksFormatException>().With.Message.StartsWith(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// Any literal, sensible or not, survives writing and reading: names with quotes and controls (but no halves of surrogate pairs, which
    /// no text file can hold), empty lists, negative sizes.
    /// </summary>
    [Test]
    public void Writing_and_reading_is_the_identity()
    {
        var numbers = Gen.Choose(int.MinValue, int.MaxValue);
        var secrets = Gen.OneOf(Gen.Constant(SecretDistribution.UniformTernary), numbers.Select(SecretDistribution.SparseTernary));
        var literals =
            from name in ArbMap.Default.GeneratorFor<UnicodeString>().Where(text => !text.Item.Any(char.IsSurrogate))
            from logN in numbers
            from primes in Gen.ArrayOf(numbers)
            from special in Gen.ArrayOf(numbers)
            from scale in numbers
            from secret in secrets
            from digitSize in Gen.OneOf(Gen.Constant((int?)null), numbers.Select(number => (int?)number))
            from levels in Gen.ArrayOf(numbers, 7)
            from bootstrapping in Gen.Elements<BootstrappingLiteral?>(
                null, new(levels[0], levels[1], levels[2], levels[3], levels[4], levels[5], levels[6]))
            select new CkksParametersLiteral(name.Item, logN, primes, special, scale, secret, digitSize, bootstrapping);
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Guid.NewGuid() + ".json");
        try
        {
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Arb.From(literals), literal =>
            {
                CkksParametersFile.Save(literal, path);
                AssertSame(CkksParametersFile.Load(path), literal);
            }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("\"logN\": 11, ", "", "member 'logN' is missing")]
    [TestCase("\"logN\"", "\"LogN\"", "member 'logN' is missing")]
    [TestCase(
        "\"digitSize\"", "\"digits\"",
        "member 'digits' is unknown, known are name, logN, primeBits, specialPrimeBits, log2Scale, secret, digitSize, bootstrapping")]
    [TestCase("\"logN\": 11", "\"logN\": \"11\"", "member 'logN' is '11', it must be a whole number of 32 bits")]
    [TestCase("\"logN\": 11", "\"logN\": 11.5", "member 'logN' is 11.5, it must be a whole number of 32 bits")]
    [TestCase("\"logN\": 11", "\"logN\": 1e99", "member 'logN' is 1e99, it must be a whole number of 32 bits")]
    [TestCase("\"logN\": 11", "\"logN\": null", "member 'logN' is null, it must be a whole number of 32 bits")]
    [TestCase("\"logN\": 11", "\"logN\": 11, \"logN\": 11", "member 'logN' is there twice")]
    [TestCase("\"insecure-N11H64\"", "true", "member 'name' is true, it must be a string")]
    [TestCase("[46, 36, 36]", "46", "member 'primeBits' is 46, it must be a list of whole numbers")]
    [TestCase("[46, 36, 36]", "[46, []]", "member 'primeBits[1]' is a list, it must be a whole number of 32 bits")]
    [TestCase("\"hammingWeight\": 64", "\"weight\": 64", "member 'secret.hammingWeight' is missing")]
    [TestCase("\"sparseTernary\"", "\"uniformTernary\"", "member 'secret.hammingWeight' is unknown, known are distribution")]
    [TestCase(
        "\"sparseTernary\"", "\"gaussian\"",
        "member 'secret.distribution' is 'gaussian', it must be 'uniformTernary' or 'sparseTernary'")]
    [TestCase("\"secret\":", "\"secret\": 1, \"rest\":", "member 'secret' is 1, it must be an object")]
    [TestCase("\"insecure-N11H64\"", "\"\\ud800\"", "this is not valid Unicode")]
    [TestCase("\"log2Scale\": 36,", "\"log2Scale\": 36", "line 2, byte 115: this is not JSON")]
    public void Wrong_files_are_refused_in_one_line_that_names_file_and_member(string from, string to, string message)
    {
        string wrong = Good.Replace(from, to);
        Assert.That(wrong, Is.Not.EqualTo(Good));
        Assert.That(
            () => CkksParametersFile.Parse(wrong, "set.json"),
            Throws.InstanceOf<CkksFormatException>().With.Message.EqualTo($"set.json: {message}"));
    }

    /// <summary>Whatever is cut off or changed, the answer is a literal or the documented exception in one line.</summary>
    [Test]
    public void Damaged_files_end_in_no_other_exception()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 3000; trial++)
        {
            char[] text = Good.ToCharArray();
            for (int change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(trial % 2 == 0 ? 128 : 0xe000);
            string damaged = new(text, 0, trial % 3 == 0 ? random.Next(text.Length) : text.Length);
            try
            {
                CkksParametersFile.Parse(damaged, "set.json");
            }
            catch (CkksFormatException exception)
            {
                Assert.That(exception.Message, Does.StartWith("set.json: ").And.Not.Contains("\n"));
            }
        }
    }

    private static void AssertSame(CkksParametersLiteral actual, CkksParametersLiteral expected)
    {
        Assert.That(actual.PrimeBits, Is.EqualTo(expected.PrimeBits));
        Assert.That(actual.SpecialPrimeBits, Is.EqualTo(expected.SpecialPrimeBits));
        Assert.That(WithoutLists(actual), Is.EqualTo(WithoutLists(expected)));

        static CkksParametersLiteral WithoutLists(CkksParametersLiteral literal) => literal with { PrimeBits = [], SpecialPrimeBits = [] };
    }
}
