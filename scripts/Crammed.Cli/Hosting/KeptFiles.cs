namespace Crammed.Cli.Hosting;

/// <summary>What is left of a run that is interrupted, in words for its last line.</summary>
internal sealed class KeptFiles
{
    private readonly Lock _lock = new();
    private string? _text;

    /// <summary>Replaces what was said before: "the checkpoint of step 120 in outputs/test/checkpoint".</summary>
    public void Say(string what)
    {
        lock (_lock)
            _text = what;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_lock)
            return _text is null ? "nothing was written" : $"kept {_text}";
    }
}
