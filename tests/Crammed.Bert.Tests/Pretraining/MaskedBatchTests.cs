namespace Crammed.Bert.Tests;

public class MaskedBatchTests
{
    [Test]
    public void A_full_sequence_has_exactly_32_predictions_of_which_26_are_masked_and_3_random()
    {
        const int vocabulary = 1000;
        var tokens = new int[128];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = 100 + i;
        tokens[0] = Tiny.Classification;
        tokens[50] = tokens[127] = Tiny.Separator;
        var kept = new List<int>();
        var changed = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            var batch = new MaskedBatch(2, 128, Tiny.Special, vocabulary, 0.25);
            batch.Add(tokens, new SeededRandom(seed));
            batch.Add(tokens, new SeededRandom(seed + 1000));
            Assert.That(batch.Positions, Has.Count.EqualTo(64).And.Unique);
            Assert.That(batch.HasPadding, Is.False);
            Assert.That(batch.Positions.Zip(batch.Labels).All(pair => tokens[pair.First % 128] == pair.Second));
            foreach (var row in batch.Positions.GroupBy(position => position / 128))
            {
                var inputs = row.Select(position => (Position: position % 128, Id: batch.Ids[position])).ToList();
                Assert.That(inputs, Has.Count.EqualTo(32));
                Assert.That(inputs.Count(input => input.Id == Tiny.MaskToken), Is.EqualTo(26).Or.EqualTo(27));
                Assert.That(inputs.Select(input => input.Position), Has.None.EqualTo(0).And.None.EqualTo(50).And.None.EqualTo(127));
                var same = inputs.Count(input => input.Id == tokens[input.Position]);
                kept.Add(same);
                changed += 32 - same - inputs.Count(input => input.Id == Tiny.MaskToken);
            }

            for (var position = 0; position < 256; position++)
            {
                if (!batch.Positions.Contains(position))
                    Assert.That(batch.Ids[position], Is.EqualTo(tokens[position % 128]));
            }
        }

        // Three stay by construction; a random token equals the original (or is the mask token) once in a thousand draws.
        Assert.That(kept, Is.All.InRange(3, 4));
        Assert.That(changed, Is.InRange(295, 300));
    }

    [Test]
    public void A_short_sequence_is_padded_and_only_its_own_tokens_are_chosen()
    {
        var batch = new MaskedBatch(1, 128, Tiny.Special, 1000, 0.25);
        batch.Add([Tiny.Classification, 10, 11, 12, 13, 14, 15, Tiny.Separator], new SeededRandom(1));
        Assert.That(batch.HasPadding);
        Assert.That(batch.Positions, Has.Count.EqualTo(2).And.All.InRange(1, 6));
        Assert.That(batch.Mask.Sum(), Is.EqualTo(8));
        Assert.That(batch.Ids.Skip(8), Is.All.EqualTo(Tiny.Padding));
    }

    [Test]
    public void A_sequence_of_special_tokens_has_no_predictions()
    {
        var batch = new MaskedBatch(1, 8, Tiny.Special, 1000, 0.25);
        batch.Add([Tiny.Classification, Tiny.Separator], new SeededRandom(1));
        Assert.That(batch.Positions, Is.Empty);
    }
}
