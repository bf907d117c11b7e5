using System.Reflection;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests;

/// <summary>
/// The circuit knows neither the oracle it is tested with nor anything that holds a secret key; the server loads no solver.
/// </summary>
[TestFixture]
public sealed class AssemblyReferenceTests
{
    private static readonly string[] Forbidden =
        ["TorchSharp", "Crammed.Ckks.Client", "Crammed.Bert", "Crammed.Planning", "Google.OrTools"];

    [Test]
    public void Crammed_Encrypted_references_neither_torch_nor_the_key_holder_nor_the_plaintext_model_nor_the_solver()
    {
        var reached = new HashSet<string>();
        var waiting = new Queue<Assembly>([typeof(EncryptedProgram).Assembly]);
        while (waiting.TryDequeue(out var assembly))
        {
            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (reached.Add(reference.Name!) && reference.Name!.StartsWith("Crammed.", StringComparison.Ordinal))
                    waiting.Enqueue(Assembly.Load(reference));
            }
        }
        Assert.That(reached, Does.Contain("Crammed.Approximation"), "the walk finds references");
        Assert.That(reached.Intersect(Forbidden), Is.Empty);
    }
}
