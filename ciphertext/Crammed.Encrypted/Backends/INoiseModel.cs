using Crammed.Approximation;

namespace Crammed.Encrypted.Backends;

/// <summary>
/// Standard deviations, in slot values, of the noise that operations add on ciphertexts. The clear backend injects it on request.
/// </summary>
public interface INoiseModel
{
    /// <summary>Noise of a fresh encryption at a level.</summary>
    double Fresh(int level);

    /// <summary>Noise of a rescale that ends at a level.</summary>
    double Rescale(int level);

    /// <summary>Noise of one key switch (relinearization or rotation) at a level.</summary>
    double KeySwitch(int level);

    /// <summary>What the evaluation of a plan adds in a slot, beside what it makes of its argument's own noise.</summary>
    /// <param name="plan">The polynomial.</param>
    /// <param name="level">Level of the argument.</param>
    /// <param name="argument">The slot's value, in [-1, 1].</param>
    double Polynomial(PolynomialPlan plan, int level, double argument);
}
