using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Crammed.Trainer.Tests;

/// <summary>The server's program cannot hold a secret key: nothing it links, however indirectly, is the key holder's side.</summary>
[TestFixture]
public sealed class AssemblyReferenceTests
{
    private const string KeyHolder = "Crammed.Ckks.Client";

    /// <summary>
    /// Starts from the program and from every library that its project brings along, used or not.
    /// </summary>
    [Test]
    public void Nothing_that_the_trainer_links_is_the_key_holders_side()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "crammed-train.dll");
        var libraries = Directory.GetFiles(AppContext.BaseDirectory, "Crammed.*.dll")
            .Where(file => Path.GetFileNameWithoutExtension(file) != typeof(AssemblyReferenceTests).Assembly.GetName().Name).ToArray();
        var reached = new HashSet<string>();
        var waiting = new Queue<Assembly>(libraries.Prepend(program).Select(Assembly.LoadFrom));
        while (waiting.TryDequeue(out var assembly))
        {
            if (!reached.Add(assembly.GetName().Name!))
                continue;
            foreach (var reference in assembly.GetReferencedAssemblies().Where(reference => IsOurs(reference.Name!)))
                waiting.Enqueue(Assembly.Load(reference));
        }
        string[] expected = ["crammed-train", "Crammed.Encrypted", "Crammed.Approximation"];
        Assert.That(reached, Is.SupersetOf(expected), "the walk finds references");
        Assert.That(reached, Does.Not.Contain(KeyHolder));
        // Neither tokenizer, WordNet and the databases of text, nor tables of examples.
        Assert.That(reached, Does.Not.Contain("Crammed.Text").And.Not.Contain("Crammed.Tables").And.Not.Contain("Crammed.Bert"));
    }

    /// <summary>The trainer executes programs: how a model becomes one it does not know.</summary>
    [Test]
    public void The_trainer_uses_neither_models_nor_tensors()
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "crammed-train.dll")));
        var metadata = file.GetMetadataReader();
        var namespaces = metadata.TypeReferences
            .Select(reference => metadata.GetString(metadata.GetTypeReference(reference).Namespace)).ToHashSet();
        Assert.That(namespaces, Does.Contain("Crammed.Encrypted.Programs"), "the walk finds references");
        Assert.That(namespaces, Does.Not.Contain("Crammed.Encrypted.Models").And.Not.Contain("Crammed.Encrypted.Tensors"));
    }

    /// <summary>Packages that a project brings along lie beside the program, used or not.</summary>
    [Test]
    public void Nothing_that_lies_beside_the_trainer_reads_Parquet()
    {
        var packages = Directory.GetFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();
        Assert.That(packages, Does.Contain("Crammed.Encrypted.dll"));
        Assert.That(packages, Does.Not.Contain("Parquet.dll").And.None.Contains("DuckDB").And.None.Contains("duckdb"));
    }

    private static bool IsOurs(string name) => name.StartsWith("Crammed", StringComparison.OrdinalIgnoreCase);
}
