using TorchSharp;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

internal sealed class LossTests
{
    private static readonly double[][] Logits = [[1, 2, -1], [0, 0.5, 3], [-2, 1, 1], [4, -1, 0]];
    private static readonly long[] Classes = [1, 2, 0, 0];

    private DisposeScope scope = null!;

    [SetUp]
    public void SetUp() => scope = NewDisposeScope();

    [TearDown]
    public void TearDown() => scope.Dispose();

    private static Tensor Input() => Values.Make([.. Logits.SelectMany(row => row)], 4, 3);

    private static double MinusLogProbability(int row, long label) => Math.Log(Logits[row].Sum(Math.Exp)) - Logits[row][label];

    [Test]
    public void Cross_entropy_by_hand()
    {
        double[] losses = [.. Enumerable.Range(0, 4).Select(row => MinusLogProbability(row, Classes[row]))];
        var target = tensor(Classes);
        Assert.That(Values.Of(nn.functional.cross_entropy(Input(), target, reduction: nn.Reduction.None)),
            Is.EqualTo(losses).Within(Values.Double));
        Assert.That((double)nn.functional.cross_entropy(Input(), target), Is.EqualTo(losses.Average()).Within(Values.Double));
        Assert.That((double)nn.functional.cross_entropy(Input(), target, reduction: nn.Reduction.Sum),
            Is.EqualTo(losses.Sum()).Within(Values.Double * 10));
        Assert.That((double)nn.functional.nll_loss(Input().log_softmax(1), target), Is.EqualTo(losses.Average()).Within(Values.Double));
    }

    [Test]
    public void An_ignored_class_leaves_the_mean()
    {
        var loss = nn.functional.cross_entropy(Input(), tensor(new long[] { 1, -100, 0, -100 }));
        Assert.That((double)loss, Is.EqualTo((MinusLogProbability(0, 1) + MinusLogProbability(2, 0)) / 2).Within(Values.Double));
    }

    [Test]
    public void Weights_of_classes_weigh_the_mean()
    {
        var loss = nn.functional.cross_entropy(Input(), tensor(Classes), weight: Values.Make([1, 2, 4]));
        var expected = (2 * MinusLogProbability(0, 1) + 4 * MinusLogProbability(1, 2) + MinusLogProbability(2, 0)
            + MinusLogProbability(3, 0)) / 8;
        Assert.That((double)loss, Is.EqualTo(expected).Within(Values.Double));
    }

    [Test]
    public void Smoothed_labels_share_with_all_classes()
    {
        var loss = nn.functional.cross_entropy(Input(), tensor(Classes), label_smoothing: 0.3);
        var expected = Enumerable.Range(0, 4).Average(row =>
            0.7 * MinusLogProbability(row, Classes[row]) + 0.1 * Enumerable.Range(0, 3).Sum(label => MinusLogProbability(row, label)));
        Assert.That((double)loss, Is.EqualTo(expected).Within(Values.Double * 10));
    }

    [Test]
    public void Squared_errors_by_hand()
    {
        var (x, y) = (Values.Make([1, 2, 3]), Values.Make([0, 2, 5]));
        Assert.That((double)nn.functional.mse_loss(x, y), Is.EqualTo(5.0 / 3).Within(Values.Double));
        Assert.That((double)nn.functional.mse_loss(x, y, nn.Reduction.Sum), Is.EqualTo(5));
        Assert.That(Values.Of(nn.functional.mse_loss(x, y, nn.Reduction.None)), Is.EqualTo(new double[] { 1, 0, 4 }));
    }

    [Test]
    public void Binary_cross_entropy_by_hand()
    {
        double[] logits = [-1, 0.5, 2], targets = [0, 1, 0.25];
        double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        var expected = logits.Zip(targets, (x, y) => -y * Math.Log(Sigmoid(x)) - (1 - y) * Math.Log(1 - Sigmoid(x))).Average();
        Assert.That((double)nn.functional.binary_cross_entropy_with_logits(Values.Make(logits), Values.Make(targets)),
            Is.EqualTo(expected).Within(Values.Double));
    }
}
