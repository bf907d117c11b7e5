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
}
