using TorchSharp;

namespace Crammed.Torch.Tests;

/// <summary>What this library shows must exist in TorchSharp under the same name and signature.</summary>
internal sealed class ApiTests
{
    private static IEnumerable<Type> PublicTypes => typeof(torch).Assembly.GetExportedTypes();

    [Test]
    public void Every_public_type_and_member_is_TorchSharps()
    {
        var listed = Read("TorchSharp-0.107.0.txt");
        var strangers = new List<string>();
        foreach (var type in PublicTypes)
        {
            var heading = ApiListing.Heading(type);
            if (!listed.TryGetValue(heading, out var members))
                strangers.Add(heading);
            strangers.AddRange(ApiListing.Members(type).Where(member => members is null || !members.Contains(member))
                .Select(member => $"{heading} {member}"));
        }
        Assert.That(strangers, Is.Empty, string.Join('\n', strangers));
    }

    [Test]
    public void The_listing_sees_members_of_every_kind()
    {
        var members = PublicTypes.SelectMany(type => ApiListing.Members(type).Select(member => $"{ApiListing.Heading(type)} {member}"));
        Assert.That(members, Is.SupersetOf((string[])[
            "## torch static torch.Tensor arange(Scalar stop, torch.ScalarType? dtype = null, torch.Device device = null, " +
                "bool requires_grad = false)",
            "## torch.Tensor torch.Tensor TensorItems[params torch.TensorIndex[] indices] { get; set; }",
            "## torch.Tensor static torch.Tensor op_Addition(torch.Tensor left, double right)",
            "## Parameter : torch.Tensor new(torch.Tensor data, bool requires_grad = true)",
            "## torch.nn.Module protected new(string name)",
            "## torch.ScalarType : Enum static torch.ScalarType Float32"]));
    }

    private static Dictionary<string, HashSet<string>> Read(string file)
    {
        var result = new Dictionary<string, HashSet<string>>();
        HashSet<string>? members = null;
        foreach (var line in File.ReadLines(Path.Combine(TestContext.CurrentContext.TestDirectory, file)))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                if (!result.TryGetValue(line, out members))
                    result.Add(line, members = []);
            }
            else if (members is not null && line.Length > 0 && line[0] != '#')
                members.Add(line);
        }
        return result;
    }
}
