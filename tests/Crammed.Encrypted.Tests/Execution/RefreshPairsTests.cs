using Crammed.Encrypted.Execution;
using FsCheck;
using FsCheck.Fluent;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Which vectors share a bootstrap.</summary>
[TestFixture]
internal sealed class RefreshPairsTests
{
    [Test]
    public void Every_vector_is_refreshed_once_and_none_by_more_than_it_must()
    {
        var exponents = Gen.Choose(-12, 12).ArrayOf().ToArbitrary();
        Prop.ForAll(exponents, logarithms =>
        {
            double[] ranges = [.. logarithms.Select(exponent => Math.ScaleB(1, exponent))];
            var pairs = RefreshPairs.Of(ranges);
            int[] places = [.. pairs.SelectMany(pair => pair.Second is { } second ? new[] { pair.First, second } : [pair.First])];
            Assert.That(places, Is.EquivalentTo(Enumerable.Range(0, ranges.Length)));
            foreach (var (first, second) in pairs)
                Assert.That(second is null || ranges[second.Value] / ranges[first] is >= 1 and <= RefreshPairs.LargestLift, Is.True);

            // Of equal ranges all but one at most are paired among themselves; of those no two neighbours stay alone that may share.
            var mixed = pairs.Where(pair => pair.Second is { } second && ranges[second] != ranges[pair.First]).ToArray();
            double[] alone = [.. pairs.Where(pair => pair.Second is null).Select(pair => ranges[pair.First]).Order()];
            double[] left = [.. alone, .. mixed.SelectMany(pair => new[] { ranges[pair.First], ranges[pair.Second!.Value] })];
            Assert.That(left, Is.Unique);
            foreach (var (lower, upper) in alone.Zip(alone.Skip(1)).Where(pair => pair.Second / pair.First <= RefreshPairs.LargestLift))
                Assert.That(mixed.Any(pair => ranges[pair.First] > lower && ranges[pair.First] < upper), Is.True, "a pair between them");
        }).QuickCheckThrowOnFailure();
    }
}
