using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Crammed.Torch.Tests;

[NonParallelizable]
internal sealed class TrainingTests
{
    private const int Vocabulary = 20;
    private const int Length = 8;
    private const int Classes = 3;

    [Test]
    public void Loss_falls_and_the_task_is_learned()
    {
        manual_seed(1);
        using var model = new TinyTransformer(Vocabulary, Length, 32, Classes);
        using var optimizer = optim.AdamW(model.parameters(), lr: 5e-3, weight_decay: 0.01);

        var losses = Enumerable.Range(0, 200).Select(_ => Step(model, optimizer)).ToArray();

        // A model that knows nothing loses log 3; one that has found the first token loses next to nothing.
        Assert.That(losses[..5].Average(), Is.GreaterThan(0.8));
        Assert.That(losses[^20..].Average(), Is.LessThan(0.1));
    }

    [Test]
    public void A_training_loop_under_scopes_leaves_no_tensor_behind()
    {
        using var model = new TinyTransformer(Vocabulary, Length, 16, Classes);
        using var optimizer = optim.AdamW(model.parameters());
        Step(model, optimizer);
        var (total, live) = (Tensor.TotalCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        for (var i = 0; i < 5; i++)
            Step(model, optimizer);

        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
        Assert.That(Tensor.TotalCount, Is.EqualTo(total));
    }

    [Test]
    public void The_same_seed_gives_the_same_training_bit_for_bit()
    {
        double[] Run()
        {
            manual_seed(7);
            using var model = new TinyTransformer(Vocabulary, Length, 16, Classes);
            using var optimizer = optim.AdamW(model.parameters(), lr: 1e-3);
            return [.. Enumerable.Range(0, 5).Select(_ => Step(model, optimizer))];
        }

        var first = Run();
        Assert.That(Run(), Is.EqualTo(first));
    }

    // The class of a sequence is its first token modulo the number of classes.
    private static double Step(TinyTransformer model, AdamW optimizer)
    {
        using var scope = NewDisposeScope();
        var tokens = randint(1, Vocabulary, [16, Length]);
        var classes = tokens.select(1, 0) % Classes;
        optimizer.zero_grad();
        var loss = nn.functional.cross_entropy(model.forward(tokens), classes);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), 1.0);
        optimizer.step();
        return loss.item<float>();
    }
}
