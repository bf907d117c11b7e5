using Crammed.Approximation;

namespace Crammed.Ckks.Client.Tests;

/// <summary>What evaluates must not be able to decrypt.</summary>
[TestFixture]
internal sealed class BoundaryTests
{
    [Test]
    public void The_evaluation_side_references_no_key_holder_and_knows_no_secret()
    {
        var ckks = typeof(Evaluator).Assembly;
        var references = ckks.GetReferencedAssemblies().Select(name => name.Name);
        var ours = references.Where(name => name!.StartsWith("Crammed", StringComparison.Ordinal));
        Assert.That(ours, Is.SubsetOf(new[] { "Crammed.Approximation", "Crammed.Files" }));
        var behind = typeof(PolynomialPlan).Assembly.GetReferencedAssemblies();
        Assert.That(behind.Select(name => name.Name), Has.None.StartsWith("Crammed"));
        string[] names = [.. ckks.GetTypes().Select(type => type.Name)];
        Assert.That(names, Has.None.Contains("Decrypt").And.None.Contains("SecretKey"));
    }

    [Test]
    public void Everything_that_decrypts_lives_on_the_client_side() => Assert.That(
        new[] { typeof(SecretKey), typeof(Decryptor), typeof(Encryptor), typeof(KeyGenerator), typeof(RefreshParty) }
            .Select(type => type.Assembly.GetName().Name),
        Has.All.EqualTo("Crammed.Ckks.Client"));
}
