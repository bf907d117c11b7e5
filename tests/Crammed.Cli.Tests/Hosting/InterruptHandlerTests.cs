using System.Diagnostics;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Tests.Hosting;

internal sealed class InterruptHandlerTests
{
    [Test]
    public void The_signal_of_the_operating_system_arrives()
    {
        var notices = new StringWriter();
        using var interrupts = new InterruptHandler(notices);
        interrupts.Listen();
        Assert.That(interrupts.Token.IsCancellationRequested, Is.False);
        using var kill = Process.Start("sh", ["-c", $"kill -INT {Environment.ProcessId}"]);
        Assert.That(interrupts.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)), Is.True);
        Assert.That(interrupts.ExitCode, Is.EqualTo(130));
        Assert.That(notices.ToString(), Does.Contain("press Ctrl-C again"));
    }
}
