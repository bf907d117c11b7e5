using Crammed.Bert;
using TorchSharp;

namespace Crammed.Cli.Tests.Stages;

/// <summary>The tests' tensors are small: one thread is fastest, and its sums have one order on every machine.</summary>
[SetUpFixture]
public class StagesSetUp
{
    [OneTimeSetUp]
    public void UseOneThread()
    {
        LibTorch.Load();
        torch.set_num_threads(1);
    }

    [OneTimeTearDown]
    public void RemoveRuns()
    {
        SmallRun.Remove();
        PlannedRun.Remove();
    }
}
