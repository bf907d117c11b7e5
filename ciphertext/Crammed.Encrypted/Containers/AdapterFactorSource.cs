using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Layers;
using Crammed.Model;

namespace Crammed.Encrypted.Containers;

/// <summary>
/// The public factors on the adapters' rank-r side: alpha / rank, the attention kernel's scale on queries and keys, and dropout.
/// </summary>
public sealed class AdapterFactorSource : IDisposable
{
    private readonly SlotLayout _layout;
    private readonly FineTuningSettings _settings;
    private readonly FineTuningShape _shape;
    private readonly double _kernelScale;
    private readonly IReadOnlyList<AdapterFactors> _withoutDropout;

    public AdapterFactorSource(SlotLayout layout, FineTuningSettings settings, FineTuningShape shape, BertConfiguration configuration)
    {
        (_layout, _settings, _shape) = (layout, settings, shape);
        _kernelScale = EncoderLayer.KernelScale(configuration.HeadDimension, configuration.KernelPower);
        _withoutDropout = Build((_, _, _, _) => 1);
    }

    /// <summary>Factors without dropout, layer by layer (evaluation, and training with dropout off); this source owns them.</summary>
    public IReadOnlyList<AdapterFactors> WithoutDropout => _withoutDropout;

    /// <summary>Factors of one training step, layer by layer; the caller owns them.</summary>
    /// <param name="kept">1 = kept, row-major [layers * 3][batch][sequence][rank], as in a draw.</param>
    public IReadOnlyList<AdapterFactors> WithDropout(byte[] kept)
    {
        int batch = _settings.BatchSize, rank = _settings.Rank, tokens = _shape.SequenceLength;
        var inverse = 1 / (1 - _settings.AdapterDropout);
        return Build((adapter, example, token, component) => example < batch
            ? inverse * kept[((adapter * batch + example) * tokens + token) * rank + component]
            : 0);
    }

    public void Dispose()
    {
        foreach (var layer in _withoutDropout)
            layer.Dispose();
    }

    private List<AdapterFactors> Build(Func<int, int, int, int, double> mask)
    {
        var scale = _settings.Alpha / _settings.Rank;
        return [.. Enumerable.Range(0, _shape.Layers).Select(layer => new AdapterFactors(
            Of(FineTuningShape.AdapterIndex(layer, 0), scale * _kernelScale),
            Of(FineTuningShape.AdapterIndex(layer, 1), scale * _kernelScale),
            Of(FineTuningShape.AdapterIndex(layer, 2), scale)))];

        PlainSlots[] Of(int adapter, double factor) => [.. Enumerable.Range(0, _settings.Rank).Select(component => new PlainSlots(
            [.. Enumerable.Range(0, _layout.SlotCount).Select(slot => factor * mask(
                adapter, _layout.Coordinate(slot, SlotLayout.Example), _layout.Coordinate(slot, SlotLayout.Token), component))]))];
    }
}
