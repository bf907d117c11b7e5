using System.Numerics;
using Crammed.Ckks.Ring;

namespace Crammed.Ckks.Client;

/// <summary>
/// Secret and error polynomials, as coefficients, from AES-256 in counter mode, seeded by the operating system's generator. Not
/// constant-time: the key holder is assumed to run on a machine of its own. One thread at a time.
/// </summary>
internal sealed unsafe class SecretSampler : IDisposable
{
    /// <summary>Ten standard deviations: beyond it lies less than 2^-70 of the distribution.</summary>
    private const int TailCut = 32;

    private const int StartBits = 8;

    private static readonly ulong[] Cumulative = BuildCumulative();
    private static readonly byte[] FirstCandidate = BuildFirstCandidates();

    private readonly AesKeyStream _stream = AesKeyStream.FromOperatingSystem();
    private ulong _streamNumber;

    /// <summary>
    /// Discrete Gaussian integers of standard deviation <see cref="CkksParameters.ErrorStandardDeviation"/>, by inversion of the
    /// cumulative distribution in 63 bits.
    /// </summary>
    public void FillGaussian(Span<double> coefficients)
    {
        _stream.Seek(_streamNumber++);
        for (var filled = 0; filled < coefficients.Length;)
        {
            foreach (var word in _stream.NextBatch())
            {
                var uniform = word >> 1;
                int magnitude = FirstCandidate[(int)(uniform >> 63 - StartBits)];
                while (uniform >= Cumulative[magnitude])
                    magnitude++;
                coefficients[filled++] = (word & 1) == 0 ? magnitude : -magnitude;
                if (filled == coefficients.Length)
                    break;
            }
        }
    }

    /// <summary>Each of -1, 0 and 1 with probability 1/3: two bits a coefficient, 3 rejected.</summary>
    public void FillTernary(Span<double> coefficients)
    {
        _stream.Seek(_streamNumber++);
        for (var filled = 0; filled < coefficients.Length;)
        {
            foreach (var word in _stream.NextBatch())
            {
                for (var shift = 0; shift < 64 && filled < coefficients.Length; shift += 2)
                {
                    var value = (int)(word >> shift) & 3;
                    if (value != 3)
                        coefficients[filled++] = value - 1;
                }
            }
        }
    }

    /// <summary>
    /// Exactly <paramref name="weight"/> coefficients -1 or 1, the others 0. Every word gives a position (its low bits) and a sign (its
    /// highest); positions that are taken are passed over, so that all sets of positions are equally likely, without bias.
    /// </summary>
    /// <param name="coefficients">as many as a power of two, N</param>
    /// <param name="weight">1 to N</param>
    public void FillSparseTernary(Span<double> coefficients, int weight)
    {
        if (!BitOperations.IsPow2(coefficients.Length) || weight < 1 || weight > coefficients.Length)
        {
            throw new ArgumentException(
                $"a weight of {weight} among {coefficients.Length} coefficients; it needs a power of two, and a weight from 1 to as many");
        }
        coefficients.Clear();
        _stream.Seek(_streamNumber++);
        for (var filled = 0; filled < weight;)
        {
            foreach (var word in _stream.NextBatch())
            {
                ref var coefficient = ref coefficients[(int)word & coefficients.Length - 1];
                if (coefficient != 0)
                    continue;
                coefficient = (word >> 63) == 0 ? 1 : -1;
                if (++filled == weight)
                    break;
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Entry k: 2^63 times the probability of at most k in size; the last entry is 2^63 itself.</summary>
    private static ulong[] BuildCumulative()
    {
        var weights = new double[TailCut + 1];
        var variance = CkksParameters.ErrorStandardDeviation * CkksParameters.ErrorStandardDeviation;
        for (var k = 0; k <= TailCut; k++)
            weights[k] = (k == 0 ? 1 : 2) * Math.Exp(-k * k / (2 * variance));
        var total = weights.Sum();
        var cumulative = new ulong[TailCut + 1];
        double sum = 0;
        for (var k = 0; k < TailCut; k++)
        {
            sum += weights[k] / total;
            cumulative[k] = (ulong)Math.ScaleB(Math.Min(sum, 1), 63);
        }
        cumulative[TailCut] = 1UL << 63;
        return cumulative;
    }

    /// <summary>The smallest magnitude that a uniform number with the given leading bits can have.</summary>
    private static byte[] BuildFirstCandidates()
    {
        var candidates = new byte[1 << StartBits];
        for (var start = 0; start < candidates.Length; start++)
        {
            while ((ulong)start << 63 - StartBits >= Cumulative[candidates[start]])
                candidates[start]++;
        }
        return candidates;
    }
}
