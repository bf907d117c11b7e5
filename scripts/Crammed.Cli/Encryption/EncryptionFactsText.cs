using Crammed.Cli.Reports;

namespace Crammed.Cli.Encryption;

/// <summary>Who holds which key, and what is encrypted, in words.</summary>
internal static class EncryptionFactsText
{
    /// <summary>Its name in tables.</summary>
    public const string Server = "training program (server)";

    /// <summary>Its name in tables.</summary>
    public const string RefreshParty = "refresh party (key holder)";

    /// <summary>Its name in tables.</summary>
    public const string Owner = "this program (key holder)";

    /// <summary>The processes of a run and their keys.</summary>
    /// <param name="asksClient">Whether the key holder refreshes.</param>
    public static IReadOnlyList<KeyHolding> Holdings(bool asksClient) =>
    [
        new(Server, "evaluation keys, public weights of the model, ciphertexts", "secret key, labels, text, adapters in the clear"),
        .. asksClient
            ? [new(RefreshParty, "secret key (file mode 0600)", "text, labels; it sees only ciphertexts to decrypt and encrypt again")]
            : Array.Empty<KeyHolding>(),
        new(Owner, "secret key while it encrypts and decrypts, text, labels", "nothing: it is the owner of the data"),
    ];

    /// <summary>What a run works with.</summary>
    /// <param name="training">Null where trained adapters are evaluated.</param>
    public static IReadOnlyList<ProtectedItem> Items(TrainingFindings? training)
    {
        const string ByOwner = "encrypted by the key holder";
        List<ProtectedItem> items =
        [
            new("token embeddings of every example", true, ByOwner),
            new("attention masks (which positions are padding)", true, ByOwner),
        ];
        if (training is null)
        {
            items.Add(new("labels, where there are any", true, "never sent: the key holder scores"));
            items.Add(new("adapters and head", true, "ciphertexts of the key holder's, or of a training on ciphertexts"));
            items.Add(new("logits", true, "computed on ciphertexts by the server"));
        }
        else
        {
            items.Add(new("labels", true, ByOwner));
            items.Add(new("adapters and head, gradients, optimizer state, logits", true, "computed on ciphertexts by the server"));
            items.Add(new("loss values", true, "computed by the key holder from decrypted logits"));
        }
        items.Add(new("pretrained weights", false, "public"));
        items.Add(new("ranges of values, rounded up to powers of two, for refreshes", false, "in the plan"));
        var dropout = training?.Draw.AdapterDropout is null ? "" : ", dropout masks";
        var sizes = training is null ? "how many examples there are" : $"hyperparameters, batch sizes, number of steps{dropout}";
        items.Add(new(sizes, false, training is null ? "in the container" : "in the plan"));
        return items;
    }
}
