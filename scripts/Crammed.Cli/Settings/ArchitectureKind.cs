namespace Crammed.Cli.Settings;

/// <summary>The two families of models.</summary>
public enum ArchitectureKind
{
    /// <summary>The paper's: Gaussian kernel, ReLU gate.</summary>
    CrammedBert,

    /// <summary>The shallow one: polynomial kernel trained in, bilinear gate.</summary>
    CrammedBertHe,
}
