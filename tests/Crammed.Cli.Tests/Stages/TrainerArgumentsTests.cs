using Crammed.Cli.Encryption;
using Crammed.Encrypted.Containers;

namespace Crammed.Cli.Tests.Stages;

/// <summary>What the server's program is told of keys.</summary>
internal sealed class TrainerArgumentsTests
{
    /// <summary>No path that it is given is in the private folder, or above it.</summary>
    [Test]
    public void The_trainer_is_given_nothing_private([Values(null, "/run/encrypted")] string? evaluated)
    {
        var files = new EncryptedRunFiles(PlanFolder.Open(PlannedRun.Plan), "/run/container", "/run/keys", "/run/output", 2);
        var arguments = EncryptedRun.TrainerArguments(files, evaluated, "/tmp/refresh.sock");
        Assert.That(arguments, Does.Contain("/run/keys/public").And.Contain("/run/container").And.Contain(PlannedRun.Plan));
        var secret = Path.GetFullPath(Path.Combine(Converter.KeyFolder.PrivateOf(files.Keys), Converter.KeyFolder.SecretKeyFile));
        foreach (var argument in arguments.Where(argument => argument.Contains('/', StringComparison.Ordinal)))
        {
            var path = Path.GetFullPath(argument);
            Assert.That(secret, Does.Not.StartWith(path + Path.DirectorySeparatorChar).And.Not.EqualTo(path));
            Assert.That(path, Does.Not.StartWith(Path.GetDirectoryName(secret)!));
        }
        Assert.That(arguments.Contains("--evaluate"), Is.EqualTo(evaluated is not null));
    }

    /// <summary>What is predicted is so with the parameters in the container.</summary>
    [Test]
    public void The_trainer_is_told_to_evaluate_the_container_s_own_parameters([Values] bool isTold)
    {
        var files = new EncryptedRunFiles(PlanFolder.Open(PlannedRun.Plan), "c", "k", "o", 1) { EvaluatesContainer = isTold };
        Assert.That(EncryptedRun.TrainerArguments(files, null, null).Contains("--evaluate-container"), Is.EqualTo(isTold));
    }

    [Test]
    public void A_plan_says_whether_the_key_holder_takes_part() =>
        Assert.That(new EncryptedRunFiles(PlanFolder.Open(PlannedRun.Plan), "c", "k", "o", 1).AsksClient);
}
