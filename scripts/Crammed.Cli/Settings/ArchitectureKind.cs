namespace Crammed.Cli.Settings;

/// <summary>The families of models.</summary>
public enum ArchitectureKind
{
    /// <summary>The paper's: Gaussian kernel, ReLU gate.</summary>
    CrammedBert,

    /// <summary>The shallow one: polynomial kernel trained in, bilinear gate.</summary>
    CrammedBertHe,

    /// <summary>BERT-tiny as its authors have it, a baseline in plaintext.</summary>
    HfBertTiny,
}
