namespace Crammed.Text;

/// <summary>Takes the words of a text, one after another.</summary>
internal interface IWordReceiver
{
    /// <summary>One word; the span is only valid during the call.</summary>
    void Receive(scoped ReadOnlySpan<char> word);
}
