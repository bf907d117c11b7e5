using TorchSharp;

namespace Crammed.Bert.Tests;

/// <summary>The tests' tensors are small: one thread is fastest, and its sums have one order on every machine.</summary>
[SetUpFixture]
public class SingleThread
{
    [OneTimeSetUp]
    public void UseOneThread()
    {
        LibTorch.Load();
        torch.set_num_threads(1);
    }
}
