namespace Crammed.Model;

/// <summary>Indices 0 .. count-1 in one random permutation after another.</summary>
internal sealed class EpochOrder(int count, long seed, string purpose)
{
    private int[] _permutation = [];
    private int _next;
    private int _epoch;

    /// <summary>Indices taken so far, over all epochs; setting it continues from there.</summary>
    public long Position
    {
        get => _permutation.Length == 0 ? (long)_epoch * count : ((_epoch - 1L) * count) + _next;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            (_epoch, _next, _permutation) = (checked((int)(value / count)), 0, []);
            if (value % count == 0)
                return;
            Start();
            _next = (int)(value % count);
        }
    }

    public int Next()
    {
        if (_next == _permutation.Length)
            Start();
        return _permutation[_next++];
    }

    private void Start()
    {
        _permutation = new SeededRandom(seed, purpose, _epoch++).Permutation(count);
        _next = 0;
    }
}
