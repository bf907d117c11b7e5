namespace Crammed.Text;

/// <summary>Ids of the tokens that a model's inputs are built with.</summary>
/// <param name="Padding">Fills an input up to its length.</param>
/// <param name="Classification">Starts each input.</param>
/// <param name="Separator">Ends each text of an input.</param>
/// <param name="Mask">Stands for a token to be guessed in pretraining.</param>
public sealed record SpecialTokens(int Padding, int Classification, int Separator, int Mask)
{
    /// <summary>Whether an id is one of these.</summary>
    public bool Contains(int id) => id == Padding || id == Classification || id == Separator || id == Mask;
}
