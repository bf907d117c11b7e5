namespace Crammed.Model;

/// <summary>How many squarings stand in for exp in a Gaussian kernel.</summary>
public enum GaussianKernel
{
    /// <summary>
    /// As few as the calibrated range and the error ask for, 9 for most models. Padding is masked in the values, S diag(m) V = S (m V), so that
    /// the kernel sees true distances only.
    /// </summary>
    Calibrated,

    /// <summary>
    /// 14, as in Rho et al. 2025, table 13. There padding adds -10,000 to the kernel's argument, which must then hold on [-2^14, 0]; here it
    /// serves to compare: five levels more, in which noise doubles with each squaring.
    /// </summary>
    PaperFaithful,
}
