using TorchSharp;

namespace Crammed.Bert.Tests;

/// <summary>
/// Rewrites that move work to where ciphertexts do it cheaply and change nothing: values and gradients of the plain form and of the
/// rewritten one, in float64. Sums of a few dozen terms below 100 round to 1e-13; 1e-10 leaves room and hides no wrong term.
/// </summary>
public class ExactRewriteTests
{
    private const double Tolerance = 1e-10;
    private const int Tokens = 6;
    private const int Width = 8;

    private static readonly float[] Mask = [1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0];

    /// <summary>LN(x) W = s (x W') + b' with s = 1/sigma, W' = (I - 11^T/d) diag(gamma) W and b' = beta W.</summary>
    [Test]
    public void A_norm_folds_into_the_next_linear_layer()
    {
        using var scope = torch.NewDisposeScope();
        var (norm, gamma, beta) = Norm();
        var x = Leaf(1, Tokens, Width);
        var weight = torch.tensor(Tiny.Gaussian(2, Width * 5), [Width, 5L]);
        var plain = torch.matmul(norm.forward(x), weight);
        var upstream = torch.tensor(Tiny.Gaussian(3, Tokens * 5), [Tokens, 5L]);
        (plain * upstream).sum().backward();

        using var noGradient = torch.no_grad();
        var (mean, s) = Statistics(x);
        var folded = Folded(weight, gamma);
        AssertEqual(s * torch.matmul(x, folded) + torch.matmul(beta, weight), plain);
        // Backward: h = dOut W'^T, dx = s h - s^3 (x - mu) mean(x h).
        var h = torch.matmul(upstream, folded.t());
        AssertEqual((s * h) - (s * s * s * (x - mean) * (x * h).mean([-1L], keepdim: true)), x.grad!);
    }

    /// <summary>The adapter reads the norm's output too: A' = (I - 11^T/d) diag(gamma) A, and dropout acts on its rank-r side.</summary>
    [Test]
    public void A_norm_folds_into_an_adapter_with_dropout_on_its_rank_side([Values] bool dropout)
    {
        using var scope = torch.NewDisposeScope();
        var (norm, gamma, beta) = Norm();
        var x = Leaf(1, 1, Tokens, Width);
        var a = Leaf(2, Width, 2);
        var b = Leaf(3, 2, Width);
        double[] kept = [.. Enumerable.Range(0, 2 * Tokens).Select(i => i % 3 == 0 ? 0 : 1 / 0.7)];
        var mask = dropout ? torch.tensor(kept, [1L, Tokens, 2L]) : null;
        var plain = LoraAdapters.Delta(norm.forward(x), a.t(), b.t(), 1.5, mask);
        var (mean, s) = Statistics(x);
        var low = s * torch.matmul(x, Folded(a, gamma)) + torch.matmul(beta, a);
        var rewritten = torch.matmul(mask is null ? low : low * mask, b) * 1.5;
        AssertEqualWithGradients(plain, rewritten, x, a, b);
    }

    /// <summary>PEFT's place of dropout, the adapter's input: s [(D x gamma) A - mu ((D gamma) A)] + (D beta) A.</summary>
    [Test]
    public void A_norm_folds_into_an_adapter_with_dropout_on_its_input()
    {
        using var scope = torch.NewDisposeScope();
        var (norm, gamma, beta) = Norm();
        var x = Leaf(1, Tokens, Width);
        var a = Leaf(2, Width, 2);
        var kept = torch.tensor([.. Enumerable.Range(0, Tokens * Width).Select(i => i % 4 == 1 ? 0 : 1 / 0.75)], [Tokens, Width]);
        var plain = torch.matmul(norm.forward(x) * kept, a);
        var (mean, s) = Statistics(x);
        var rewritten = (s * (torch.matmul(kept * x * gamma, a) - (mean * torch.matmul(kept * gamma, a)))) + torch.matmul(kept * beta, a);
        AssertEqualWithGradients(plain, rewritten, x, a);
    }

    /// <summary>S diag(m) V = S (m V) where rows are not normalised.</summary>
    [TestCase(AttentionKernel.Gaussian)]
    [TestCase(AttentionKernel.Polynomial)]
    public void Masked_values_equal_masked_scores(AttentionKernel kernel)
    {
        using var scope = torch.NewDisposeScope();
        var (q, k, v) = (Leaf(1, 2, 2, Tokens, 4), Leaf(2, 2, 2, Tokens, 4), Leaf(3, 2, 2, Tokens, 4));
        var mask = torch.tensor(Mask, [2L, 1L, 1L, Tokens]).to(torch.ScalarType.Float64);
        torch.Tensor Scores() => AttentionKernels.Unnormalised(Tiny.Configuration(kernel), AttentionKernels.Argument(q, k, null));
        AssertEqualWithGradients(torch.matmul(Scores() * mask, v), torch.matmul(Scores(), v * mask.transpose(2, 3)), q, k, v);
    }

    [TestCase(AttentionKernel.Gaussian, FeedForwardGate.Relu)]
    [TestCase(AttentionKernel.Polynomial, FeedForwardGate.Bilinear)]
    public void Only_the_first_token_leaves_the_last_layer(AttentionKernel kernel, FeedForwardGate gate)
    {
        using var scope = torch.NewDisposeScope();
        using var model = new BertModel(Tiny.Configuration(kernel, gate), seed: 2, torch.ScalarType.Float64);
        var x = Leaf(4, 2, Tokens, Width);
        var mask = torch.tensor(Mask, [2L, Tokens]).to(torch.ScalarType.Float64);
        var all = model.Encode(x, mask, EncoderPass.Plain).narrow(1, 0, 1);
        var first = model.Encode(x, mask, new EncoderPass { FirstTokenOnly = true });
        var encoder = model.named_parameters().Where(parameter => !parameter.Item1.StartsWith("embedding.", StringComparison.Ordinal));
        AssertEqualWithGradients(all, first, [x, .. encoder.Select(parameter => (torch.Tensor)parameter.Item2)]);
    }

    private static torch.Tensor Leaf(long seed, params long[] shape) =>
        torch.tensor(Tiny.Gaussian(seed, (int)shape.Aggregate(1L, (a, b) => a * b)), shape, requires_grad: true);

    private static (TorchSharp.Modules.LayerNorm Norm, torch.Tensor Gamma, torch.Tensor Beta) Norm()
    {
        var norm = torch.nn.LayerNorm(Width, dtype: torch.ScalarType.Float64);
        using var noGradient = torch.no_grad();
        norm.weight!.copy_(torch.tensor([.. Tiny.Gaussian(11, Width, 0.3).Select(value => 1 + value)], [Width]));
        norm.bias!.copy_(torch.tensor(Tiny.Gaussian(12, Width, 0.3), [Width]));
        return (norm, norm.weight.detach(), norm.bias.detach());
    }

    /// <summary>Mean and inverse deviation over the last axis, with torch's default epsilon.</summary>
    private static (torch.Tensor Mean, torch.Tensor InverseDeviation) Statistics(torch.Tensor x)
    {
        var mean = x.mean([-1L], keepdim: true);
        var centred = x - mean;
        return (mean, ((centred * centred).mean([-1L], keepdim: true) + 1e-5).rsqrt());
    }

    /// <summary>(I - 11^T/d) diag(gamma) M for M [in, out].</summary>
    private static torch.Tensor Folded(torch.Tensor matrix, torch.Tensor gamma)
    {
        var scaled = gamma.unsqueeze(1) * matrix;
        return scaled - scaled.mean([0L], keepdim: true);
    }

    private static void AssertEqual(torch.Tensor actual, torch.Tensor expected) =>
        Assert.That(Tiny.Difference(actual.ToFloat64Array(), expected.ToFloat64Array()), Is.LessThan(Tolerance));

    private static void AssertEqualWithGradients(torch.Tensor plain, torch.Tensor rewritten, params torch.Tensor[] leaves)
    {
        AssertEqual(rewritten, plain);
        var upstream = torch.tensor(Tiny.Gaussian(21, (int)plain.numel()), plain.shape);
        (plain * upstream).sum().backward();
        var expected = leaves.Select(Taken).ToList();
        (rewritten * upstream).sum().backward();
        foreach (var (leaf, gradient) in leaves.Zip(expected))
        {
            Assert.That(gradient, Has.Some.Not.Zero);
            Assert.That(Tiny.Difference(Taken(leaf), gradient), Is.LessThan(Tolerance));
        }

        static double[] Taken(torch.Tensor leaf)
        {
            var values = leaf.grad!.ToFloat64Array();
            leaf.grad!.zero_();
            return values;
        }
    }
}
