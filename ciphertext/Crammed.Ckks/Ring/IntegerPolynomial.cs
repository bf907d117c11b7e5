using Crammed.Ckks.Arithmetic;

namespace Crammed.Ckks.Ring;

/// <summary>
/// A polynomial with integer coefficients of any size that a double holds, ready to be reduced modulo any prime: digits in base 2^48, one
/// where all coefficients are small.
/// </summary>
internal sealed unsafe class IntegerPolynomial : IDisposable
{
    /// <summary>Digits are at most 2^48 in size, within what <see cref="VectorKernels.MixedRadixEvaluate"/> takes.</summary>
    private const int DigitBits = 48;

    /// <summary>A single digit may be as large as the forward transform takes, with room for an error polynomial.</summary>
    private const double LargestSingleDigit = 1L << 51;

    private readonly RingContext _ring;
    private readonly RnsPolynomial _digits;

    private IntegerPolynomial(RingContext ring, RnsPolynomial digits, double largest)
    {
        _ring = ring;
        _digits = digits;
        Largest = largest;
    }

    /// <summary>The bound on the coefficients that it was made with.</summary>
    public double Largest { get; }

    /// <summary>Bytes of residue memory.</summary>
    public long Bytes => _digits.Bytes;

    /// <summary>The zero polynomial.</summary>
    public static IntegerPolynomial Zero(RingContext ring)
    {
        var digits = ring.Rent(1);
        digits.LimbSpan(0).Clear();
        return new IntegerPolynomial(ring, digits, 0);
    }

    /// <summary>The polynomial with these coefficients, integers up to <paramref name="largest"/> in size, which are used up.</summary>
    public static IntegerPolynomial FromCoefficients(RingContext ring, double* coefficients, double largest)
    {
        var count = largest <= LargestSingleDigit ? 1 : 1 + Math.ILogB(largest) / DigitBits;
        var digits = ring.Rent(count);
        var pointers = stackalloc double*[count];
        for (var k = 0; k < count; k++)
            pointers[k] = digits.Limb(k);
        EmbeddingKernels.OfWidth(ring.Kernels.Width).SplitIntegers(pointers, coefficients, count, DigitBits, ring.N);
        return new IntegerPolynomial(ring, digits, largest);
    }

    /// <summary>Adds a polynomial with coefficients of at most 2^10 in size.</summary>
    public void AddSmall(ReadOnlySpan<double> coefficients)
    {
        var digit = _digits.LimbSpan(0);
        for (var i = 0; i < digit.Length; i++)
            digit[i] += coefficients[i];
    }

    /// <summary>The transformed residues modulo one of the ring's moduli.</summary>
    public void Transform(double* destination, int modulusIndex)
    {
        var modulus = _ring.Moduli[modulusIndex];
        var count = _digits.LimbCount;
        var pointers = stackalloc double*[count];
        var weights = stackalloc double[count];
        ulong unit = modulus.Power(2, DigitBits), weight = 1;
        for (var k = 0; k < count; k++, weight = modulus.Multiply(weight, unit))
        {
            pointers[k] = _digits.Limb(k);
            weights[k] = modulus.Centre(weight);
        }
        if (count == 1)
            _digits.LimbSpan(0).CopyTo(new Span<double>(destination, _ring.N));
        else
            Evaluate(destination, pointers, weights, modulus);
        _ring.ForwardNtt(destination, modulusIndex);
    }

    private void Evaluate(double* destination, double** digits, double* weights, Modulus modulus)
    {
        var accumulation = new WideAccumulation(2L << DigitBits, modulus.P / 2 + 2, modulus.P);
        var target = new ConversionTarget(modulus.P, modulus.Inverse, accumulation.Start, accumulation.Terms, (nint)weights);
        _ring.Kernels.MixedRadixEvaluate(&destination, digits, &target, 1, _digits.LimbCount, _ring.N);
    }

    /// <summary>Overwrites the coefficients; for those that hold an encryption's error.</summary>
    public void Clear() => _digits.Clear();

    /// <exception cref="ObjectDisposedException">it is disposed</exception>
    public void ThrowIfDisposed() => _digits.Limb(0);

    public void Dispose() => _digits.Dispose();
}
