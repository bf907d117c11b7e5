namespace Crammed.Encrypted.Containers;

/// <summary>Names of the files in an encrypted container, beside <see cref="ContainerManifest.FileName"/>.</summary>
public static class ContainerFiles
{
    /// <summary>The packed initial parameters: one ciphertext.</summary>
    public const string Parameters = "parameters.ct";

    /// <summary>The public dropout masks of every step, if dropout is on (safetensors).</summary>
    public const string Dropout = "dropout.safetensors";

    /// <summary>Name of the masks' tensor: U8 [steps, layers * 3, batch, sequence, rank].</summary>
    public const string DropoutTensor = "adapter_dropout";

    /// <summary>A step's batch: hidden ciphertexts of features, mask, labels.</summary>
    public static string Batch(int step) => $"batch-{step:D5}.ct";

    /// <summary>A batch to evaluate, as a training batch but with zero labels.</summary>
    public static string Evaluation(int batch) => $"evaluation-{batch:D5}.ct";
}
