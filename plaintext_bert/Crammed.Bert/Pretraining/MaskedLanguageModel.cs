using TorchSharp;

namespace Crammed.Bert;

/// <summary>Masked-token losses of a model.</summary>
internal static class MaskedLanguageModel
{
    /// <summary>
    /// Mean cross entropy over the batch's masked positions, in nats; only these rows reach the decoder (sparse prediction). With a
    /// first-token weight w it is loss + w * (the same tokens predicted from the sequence's first state, regardless of position).
    /// </summary>
    public static (torch.Tensor Loss, torch.Tensor? FirstTokenLoss) Losses(
        BertModel model, MaskedBatch batch, EncoderPass pass, double firstTokenWeight)
    {
        var configuration = model.Configuration;
        var rows = batch.Ids.Length / batch.Width;
        var ids = torch.tensor(batch.Ids, [rows, batch.Width]);
        var mask = batch.HasPadding ? torch.tensor(batch.Mask, [rows, batch.Width]).to(model.ScalarType) : null;
        var hidden = model.Encode(model.Embed(ids), mask, pass);
        var positions = batch.Positions.ToArray();
        var labels = torch.tensor(batch.Labels.ToArray());
        var states = hidden.reshape(-1, configuration.Hidden).index_select(0, torch.tensor(positions));
        var loss = torch.nn.functional.cross_entropy(model.Decode(states, pass), labels);
        if (firstTokenWeight == 0)
            return (loss, null);

        var logProbabilities = torch.nn.functional.log_softmax(model.Decode(hidden.select(1, 0), pass), -1).reshape(-1);
        var flat = new long[positions.Length];
        for (var i = 0; i < flat.Length; i++)
            flat[i] = (positions[i] / batch.Width * configuration.VocabularySize) + batch.Labels[i];
        return (loss, -logProbabilities.index_select(0, torch.tensor(flat)).mean());
    }

    /// <summary>Mean masked-token loss over packed sequences with fixed masks, weighted by the number of predictions.</summary>
    public static double HeldOut(BertModel model, PretrainingCorpus corpus, PretrainingSettings settings, int sequences)
    {
        using var noGradient = torch.no_grad();
        var random = new SeededRandom(settings.Seed, "held-out masks");
        var count = Math.Min(sequences, corpus.Sequences);
        double total = 0;
        long predictions = 0;
        var batchSize = Math.Min(settings.BatchSize, settings.MicroBatchSize ?? settings.BatchSize);
        for (var start = 0; start < count; start += batchSize)
        {
            using var scope = torch.NewDisposeScope();
            var rows = Math.Min(batchSize, count - start);
            var batch = new MaskedBatch(
                rows, corpus.SequenceLength, corpus.Special, model.Configuration.VocabularySize, settings.MaskedFraction);
            for (var i = 0; i < rows; i++)
                batch.Add(corpus.Sequence(start + i).Span, random);
            total += Losses(model, batch, EncoderPass.Plain, 0).Loss.ToDouble() * batch.Labels.Count;
            predictions += batch.Labels.Count;
        }

        return total / predictions;
    }
}
