using Crammed.Cli.Settings;

namespace Crammed.Cli.Reports;

/// <summary>Sections on what was run and who could see what.</summary>
internal static class SetupSections
{
    public static string Run(RunFacts run, EncryptionFacts encryption)
    {
        var (model, settings) = (run.Configuration, run.Settings);
        var head = $"{model.Hidden} -> {model.HeadProjection} -> {model.HeadHidden} -> {Math.Max(1, model.Classes)}";
        var pretraining = run.HeldOutLoss is { } loss
            ? $" This run pretrained it, to a loss of {NumberText.Score(loss)} nats for each masked token of held-out text."
            : "";
        var adapters = $"LoRA adapters of rank {settings.Rank} on query, key and value and the head ({head}): "
            + $"{NumberText.Count(run.TrainedParameters)} numbers";
        var trained = run.TrainingExamples is { } examples
            ? $"Fine-tuning trained {adapters}, in {NumberText.Count(settings.Steps)} steps of {settings.BatchSize} examples out of "
                + $"{NumberText.Count(examples)}."
            : $"Evaluated were {adapters}, trained before.";
        return $"The task was {run.Task}. The model was a {model.Architecture}: layers {model.Layers}, width {model.Hidden}, "
            + $"heads {model.Heads}, feed-forward {model.FeedForward}, vocabulary {NumberText.Count(model.VocabularySize)}, "
            + $"sequence length {model.SequenceLength}, {NumberText.Count(run.Parameters)} parameters.{pretraining} {trained}\n\n"
            + (encryption.Mode == FheMode.Execute
                ? $"{Parameters(encryption)}\n\n{ThreatModel(encryption)}\n"
                : $"{Parameters(encryption)} Nothing was encrypted: the programs ran on {encryption.RunName}.\n");
    }

    public static string Keys(IReadOnlyList<KeyHolding> holdings)
    {
        var table = new MarkdownTable("process", "holds", "does not hold");
        foreach (var holding in holdings)
            table.AddRow(holding.Process, holding.Holds, holding.DoesNotHold);
        return table.ToString();
    }

    public static string Items(IReadOnlyList<ProtectedItem> items)
    {
        var table = new MarkdownTable("item", "encrypted", "where");
        foreach (var item in items)
            table.AddRow(item.Item, item.IsEncrypted ? "yes" : "no", item.Where);
        return table.ToString();
    }

    private static string Parameters(EncryptionFacts encryption)
    {
        var set = FormattableString.Invariant(
            $"The parameter set was {encryption.ParameterSet}: CKKS, ring degree 2^{encryption.LogDegree}, ")
            + FormattableString.Invariant($"log2 QP {encryption.LogModulus:F1}");
        var security = encryption.SecurityBits is { } bits
            ? $", {bits}-bit security (classical, by the guidelines of 2024)."
            : ". **These parameters are insecure: they protect nothing, and are for experiments alone.**";
        return set + security;
    }

    private static string ThreatModel(EncryptionFacts encryption)
    {
        var refresh = encryption.Refresh == RefreshPolicy.Client
            ? "With refresh=client, ciphertexts that are out of levels went to the key holder, who decrypted them, encrypted them afresh "
                + "and sent them back. That makes the key holder a refresh oracle, and assumes that the server is semi-honest when it uses "
                + "it: privacy against a server that sends ciphertexts of its own making is not claimed."
            : "With refresh=bootstrap, the server restored levels by itself and never asked the key holder.";
        return "Threat model: the server is semi-honest. It follows the protocol, sees model, ciphertexts, evaluation keys, shapes and "
            + $"timing, and tries to learn the data from them. {refresh} Decrypted results that leave the key holder (logits, adapters and "
            + $"what is computed from them) are rounded to multiples of 2^-{encryption.ReleasedBits}.";
    }
}
