namespace Crammed.Text;

/// <summary>How a corpus file marks its documents. In both forms a line is a paragraph.</summary>
public enum CorpusForm
{
    /// <summary>An empty line ends a document.</summary>
    EmptyLineSeparated,

    /// <summary>
    /// WikiText (Merity et al. 2016, arXiv 1609.07843): a heading line " = Title = " between empty lines starts a document,
    /// " = = Section = = " does not, and empty lines by themselves mean nothing.
    /// </summary>
    WikiText,
}
