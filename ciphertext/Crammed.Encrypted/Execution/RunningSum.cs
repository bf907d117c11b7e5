using Crammed.Ckks;

namespace Crammed.Encrypted.Execution;

/// <summary>A sum of multiples of ciphertexts of one level and scale, added up as they come.</summary>
internal sealed class RunningSum(Evaluator evaluator)
{
    private Ciphertext? _sum;

    public bool IsEmpty => _sum is null;

    /// <summary>Adds factor times a ciphertext, which stays the caller's.</summary>
    public void Add(Ciphertext ciphertext, long factor)
    {
        if (factor != 1)
            TakeOver(evaluator.MultiplyInteger(ciphertext, factor), 1);
        else if (_sum is null)
            _sum = ciphertext.Clone();
        else
            evaluator.AddInPlace(_sum, ciphertext);
    }

    /// <summary>Adds factor times a ciphertext and uses it up.</summary>
    public void TakeOver(Ciphertext ciphertext, long factor)
    {
        if (_sum is null && factor == 1)
        {
            _sum = ciphertext;
            return;
        }
        using (ciphertext)
            Add(ciphertext, factor);
    }

    /// <summary>The sum, the caller's from here on.</summary>
    /// <exception cref="InvalidOperationException">nothing was added</exception>
    public Ciphertext Take()
    {
        var sum = _sum ?? throw new InvalidOperationException("a sum has at least one term");
        _sum = null;
        return sum;
    }
}
