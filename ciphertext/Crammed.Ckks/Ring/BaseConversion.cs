using System.Runtime.CompilerServices;
using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Exact conversion out of a residue number system with moduli m_0, m_1, ...: x is written with centred mixed-radix digits,
/// x = y_0 + y_1 m_0 + y_2 m_0 m_1 + ... (Garner 1959), which any other modulus evaluates. Since |y_i| &lt;= (m_i - 1)/2 the
/// representative is the centred one, |x| &lt; m_0 m_1 .../2, without the floating-point correction of the sum formula,
/// and with one multiplication less for each target residue.
/// </summary>
internal sealed unsafe class BaseConversion
{
    /// <summary>Coefficients of all digits together that stay in the nearest cache.</summary>
    private const int DigitChunk = 256;

    private readonly RingContext _ring;
    private readonly int[] _source;

    /// <summary>[k][j]: m_j^-1 modulo m_k for j &lt; k, centred.</summary>
    private readonly double[][] _inverses;

    /// <summary>[t][k]: m_0 ... m_(k-1) modulo the ring's modulus t, centred; pinned.</summary>
    private readonly double[][] _weights;

    /// <summary>[t][k]: the inverse of m_0 ... m_(k-1) modulo the ring's modulus t, centred; zero where there is none.</summary>
    private readonly double[][] _productInverses;

    private readonly ConversionTarget[] _targets;

    public BaseConversion(RingContext ring, int[] sourceModuli)
    {
        _ring = ring;
        _source = sourceModuli;
        _inverses = new double[sourceModuli.Length][];
        for (var k = 0; k < sourceModuli.Length; k++)
        {
            var modulus = ring.Moduli[sourceModuli[k]];
            _inverses[k] = Pinned(sourceModuli.Take(k).Select(j => modulus.Centre(modulus.Invert(ring.Moduli[j].Value % modulus.Value))));
        }
        _weights = [.. ring.Moduli.Select(target => Pinned(ProductsFor(target).Take(sourceModuli.Length).Select(target.Centre)))];
        _targets = [.. ring.Moduli.Select((target, i) => TargetFor(target, _weights[i]))];
        _productInverses =
        [
            .. ring.Moduli.Select(target => ProductsFor(target)
                .Select(product => product == 0 ? 0 : target.Centre(target.Invert(product))).ToArray()),
        ];
    }

    /// <summary>
    /// Replaces centred residues of coefficients by mixed-radix digits; <paramref name="limbs"/> are those of the first
    /// <paramref name="count"/> source moduli.
    /// </summary>
    public void ToMixedRadix(double** limbs, int count) => ToMixedRadix(limbs, count, 0, _ring.N);

    /// <summary>As above, for <paramref name="length"/> coefficients from <paramref name="offset"/> on.</summary>
    public void ToMixedRadix(double** limbs, int count, int offset, int length)
    {
        for (var end = offset + length; offset < end; offset += DigitChunk)
        {
            var chunk = Math.Min(DigitChunk, end - offset);
            for (var k = 1; k < count; k++)
            {
                fixed (double* inverses = _inverses[k])
                    _ring.Kernels.MixedRadixDigit(limbs[k], limbs, inverses, k, offset, chunk, _ring.Moduli[_source[k]]);
            }
        }
    }

    /// <summary>
    /// The converted number modulo several of the ring's moduli, one after another from <paramref name="firstModulus"/> on.
    /// </summary>
    public void Evaluate(double** destinations, double** digits, int count, int firstModulus, int targetCount)
    {
        fixed (ConversionTarget* targets = &_targets[firstModulus])
            _ring.Kernels.MixedRadixEvaluate(destinations, digits, targets, targetCount, count, _ring.N);
    }

    /// <summary>The product of the first <paramref name="count"/> source moduli, fewer than all, modulo another one, centred.</summary>
    public double Product(int count, int modulusIndex) => _weights[modulusIndex][count];

    /// <summary>The inverse of the product of the first <paramref name="count"/> source moduli modulo another one, centred.</summary>
    public double ProductInverse(int count, int modulusIndex) => _productInverses[modulusIndex][count];

    /// <summary>The empty product, m_0, m_0 m_1, ... modulo the target, canonical.</summary>
    private ulong[] ProductsFor(Modulus target)
    {
        var products = new ulong[_source.Length + 1];
        products[0] = 1;
        for (var k = 0; k < _source.Length; k++)
            products[k + 1] = target.Multiply(products[k], _ring.Moduli[_source[k]].Value % target.Value);
        return products;
    }

    private static double[] Pinned(IEnumerable<double> values)
    {
        double[] array = [.. values];
        var pinned = GC.AllocateArray<double>(array.Length, pinned: true);
        array.CopyTo(pinned, 0);
        return pinned;
    }

    private ConversionTarget TargetFor(Modulus target, double[] weights)
    {
        var largestDigit = _source.Max(source => _ring.Moduli[source].P) / 2 + 2;
        var accumulation = new WideAccumulation(largestDigit, target.P / 2 + 2, target.P);
        return new ConversionTarget(
            target.P, target.Inverse, accumulation.Start, accumulation.Terms, (nint)Unsafe.AsPointer(ref weights[0]));
    }
}
