using Crammed.Ckks;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// Standard deviations of the errors of a group's slots and of their imaginary parts. Messages are real; what an imaginary part holds is
/// error alone, and it reaches slots only in a bootstrap, where it ends in the vector that shares it.
/// </summary>
internal readonly record struct NoiseParts(double Real, double Imaginary)
{
    /// <summary>Independent errors together.</summary>
    public static NoiseParts operator +(NoiseParts left, NoiseParts right) =>
        new(NoiseEstimator.Together(left.Real, right.Real), NoiseEstimator.Together(left.Imaginary, right.Imaginary));

    /// <summary>The same error in both parts: all but that of public slots.</summary>
    public static NoiseParts Equal(double error) => new(error, error);
}

/// <summary>What is expected of a group of a planned program on ciphertexts.</summary>
/// <param name="Level">of its ciphertexts</param>
/// <param name="Rms">root mean square of its slots</param>
/// <param name="Error">standard deviation of the slots' errors</param>
/// <param name="ImaginaryError">the same of imaginary parts</param>
public sealed record GroupEstimate(int Level, double Rms, double Error, double ImaginaryError);
