using TorchSharp;

namespace Crammed.Bert;

/// <summary>Records the smallest and largest value of everything observed.</summary>
internal sealed class RangeRecorder : IActivationObserver
{
    private readonly Dictionary<string, ValueRange> ranges = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ValueRange> Ranges => ranges;

    public void Observe(string name, torch.Tensor values)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var range = new ValueRange(values.min().ToDouble(), values.max().ToDouble());
        ranges[name] = ranges.TryGetValue(name, out var known) ? known.Union(range) : range;
    }
}
