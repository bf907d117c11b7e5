using Crammed.Ckks.Ring;

namespace Crammed.Ckks;

/// <summary>
/// Limbs of the uniform half of a key: those that it holds or, where it has the seed alone, expanded into memory of their own. For one
/// thread.
/// </summary>
internal readonly unsafe ref struct UniformLimbs
{
    private readonly SwitchingKey _key;
    private readonly RnsPolynomial? _memory;
    private readonly UniformExpander? _expander;

    /// <param name="key">the key; it outlives this</param>
    /// <param name="places">limbs that are needed at a time</param>
    public UniformLimbs(SwitchingKey key, int places)
    {
        _key = key;
        if (key.HoldsUniform)
            return;
        _memory = key.Parameters.Ring.Rent(places);
        _expander = new UniformExpander(key.Seed);
    }

    /// <summary>A target's limbs, digit by digit; expanded ones lie in the places from a first one on.</summary>
    /// <param name="limbs">filled with an address for each digit</param>
    /// <param name="digitCount">digits of the ciphertext</param>
    /// <param name="target">limb of the sums</param>
    /// <param name="level">of the ciphertext</param>
    /// <param name="firstPlace">where expanded limbs go</param>
    public void Take(double** limbs, int digitCount, int target, int level, int firstPlace = 0)
    {
        for (var digit = 0; digit < digitCount; digit++)
        {
            var limb = _key.LimbIndex(digit, target, level);
            if (_expander is null)
            {
                limbs[digit] = _key.Uniform.Limb(limb);
                continue;
            }
            limbs[digit] = _memory!.Limb(firstPlace + digit);
            _key.ExpandUniform(_expander, limb, limbs[digit]);
        }
    }

    public void Dispose()
    {
        _memory?.Dispose();
        _expander?.Dispose();
    }
}
