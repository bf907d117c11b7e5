using Crammed.Bert;
using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests;

/// <summary>One thread for the oracle: its tensors are far too small for more.</summary>
[SetUpFixture]
public sealed class TorchSetup
{
    [OneTimeSetUp]
    public void UseOneThread()
    {
        LibTorch.Load();
        set_num_threads(1);
    }
}
