namespace Crammed.Encrypted.Execution;

/// <summary>
/// How the errors of an instruction's operands meet in a result, to first order: with d_i what the error e_i of operand i alone changes in
/// the result, the mean of d_i d_j over rms(e_i) rms(e_j). The diagonal holds how much each operand's error is enlarged, squared; the rest
/// holds what is made of one error and adds up, or cancels.
/// </summary>
/// <param name="Covariances">row by row, as many as operands each way</param>
public sealed record ErrorGains(IReadOnlyList<double> Covariances)
{
    /// <summary>Root mean square of the result's error, for operands whose errors have these.</summary>
    /// <exception cref="ArgumentException">there is another number of operands</exception>
    public double Carry(IReadOnlyList<double> errors)
    {
        if (errors.Count * errors.Count != Covariances.Count)
            throw new ArgumentException($"{errors.Count} operands have errors, {Covariances.Count} covariances are known");
        double variance = 0;
        for (var i = 0; i < errors.Count; i++)
        {
            for (var j = 0; j < errors.Count; j++)
                variance += Covariances[i * errors.Count + j] * errors[i] * errors[j];
        }
        // A covariance has no negative values but for rounding, where errors cancel.
        return Math.Sqrt(Math.Max(0, variance));
    }
}
