using TorchSharp;

namespace Crammed.Bert;

/// <summary>Attention weights from queries [batch, heads, queries, d] and keys [batch, heads, keys, d].</summary>
internal static class AttentionKernels
{
    /// <summary>What padding adds to a score before the softmax.</summary>
    private const double MaskedScore = -10000;

    /// <summary>-||q - k||^2 / (2 sqrt(d)), [batch, heads, queries, keys], by ||q||^2 + ||k||^2 - 2 q.k.</summary>
    public static torch.Tensor Argument(torch.Tensor q, torch.Tensor k, Action<torch.Tensor>? observe)
    {
        var scale = 1 / (2 * Math.Sqrt(q.shape[3]));
        var querySquares = (q * q).sum(-1, keepdim: true) * scale;
        var keySquares = ((k * k).sum(-1) * scale).unsqueeze(-2);
        var argument = torch.matmul(q * (2 * scale), k.transpose(-1, -2)) - querySquares - keySquares;
        observe?.Invoke(argument);
        return argument;
    }

    /// <summary>exp(x), or (1 + x/2^k)^(2^k) by k squarings (stable for -2^(k+1) &lt;= x &lt;= 0).</summary>
    public static torch.Tensor Unnormalised(BertConfiguration configuration, torch.Tensor argument)
    {
        if (configuration.Kernel == AttentionKernel.Gaussian)
            return torch.exp(argument);
        return Power(argument, configuration.KernelPower, power => power);
    }

    /// <summary>
    /// (1 + x/2^k)^(2^k) by k squarings; the last argument sees the base and every square, and may put another in its place.
    /// </summary>
    public static torch.Tensor Power(torch.Tensor argument, int exponent, Func<torch.Tensor, torch.Tensor> each)
    {
        var power = each((argument * Math.Pow(2, -exponent)) + 1.0);
        for (var i = 0; i < exponent; i++)
            power = each(power.square());
        return power;
    }

    /// <summary>softmax over keys of q.k / sqrt(d), padding masked by adding -10000 to its scores.</summary>
    public static torch.Tensor Softmax(torch.Tensor q, torch.Tensor k, torch.Tensor? mask, Action<torch.Tensor>? observe)
    {
        var scores = torch.matmul(q * (1 / Math.Sqrt(q.shape[3])), k.transpose(-1, -2));
        observe?.Invoke(scores);
        if (mask is not null)
            scores = scores + ((1.0 - mask) * MaskedScore).unsqueeze(1).unsqueeze(1);
        return torch.nn.functional.softmax(scores, -1);
    }
}
