using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>Groups that a run stores on disk come back as they were, and leave no file behind.</summary>
[TestFixture]
internal sealed class StoredGroupsTests
{
    private static readonly SlotGrid Grid = new(tokens: 16, examples: 8, blocks: 16);
    private static readonly Axis Pair = new("pair", 2);
    private static readonly ProgramConstants NoConstants = new(new Dictionary<string, FrozenWeights>(), new Dictionary<string, double>());

    private static readonly CkksLevels Levels =
        CkksLevels.ForClient(CkksParameters.Create(NamedParameters.InsecureN12Bootstrapping));

    [Test]
    public void Clear_slots_come_back_with_their_level()
    {
        using var folder = new TemporaryFolder();
        var groups = new ClearGroups(Grid.SlotCount, 7);
        var random = new Random(3);
        double[][] slots = [RandomValues.Uniform(random, Grid.SlotCount), RandomValues.Uniform(random, Grid.SlotCount)];
        SlotVector[] input = [.. slots.Select((vector, i) => groups.Load(vector, 3 + i))];
        var path = Path.Combine(folder.Path, "group");
        groups.Store(input, path);
        var loaded = groups.Load(path, 2);
        Assert.That(loaded.Select(vector => vector.Level), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(loaded.Select(ClearGroups.Read), Is.EqualTo(slots));
        Assert.That(() => groups.Load(path, 3), Throws.InstanceOf<EndOfStreamException>());
        foreach (var vector in input.Concat(loaded))
            vector.Dispose();
    }

    /// <summary>While a group is stored its file is the owner's alone and its memory is free.</summary>
    [Test]
    public void Ciphertexts_come_back_bit_by_bit()
    {
        using var folder = new TemporaryFolder();
        using var secret = SecretKey.Generate(Levels.Parameters);
        using var keys = new KeyGenerator(secret).CreateEvaluationKeys(new EvaluationKeyRequest());
        using var groups = new CkksGroups(Levels, new Evaluator(Levels.Parameters, keys));
        var random = new Random(4);
        var encryptor = new Encryptor(secret);
        SlotVector[] input = [.. Enumerable.Range(0, 2).Select(_ =>
            groups.Load(encryptor.Encrypt(RandomValues.Uniform(random, Grid.SlotCount), Levels.OfCiphertext(5))))];
        var before = new List<byte[]>();
        var after = new List<byte[]>();
        long atSum = 0;
        var outputs = ProgramRun.Execute(
            Program(out var sum), groups, new Dictionary<string, SlotVector[]> { ["x"] = input }, NoConstants, (_, value, vectors) =>
            {
                if (value.Name is "doubled")
                    before.AddRange(vectors.Select(Bytes));
                if (value.Name is "loaded")
                    after.AddRange(vectors.Select(Bytes));
                if (value != sum)
                    return;
                atSum = ResidueMemory.LiveBuffers;
                var file = folder.Files.Single();
                if (!OperatingSystem.IsWindows())
                    Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            },
            folder.Path);
        Assert.That(after, Is.EqualTo(before));
        Assert.That(folder.Files, Is.Empty);
        foreach (var vector in input.Concat(outputs.Values.SelectMany(vectors => vectors)))
            vector.Dispose();

        static byte[] Bytes(SlotVector vector)
        {
            using var stream = new MemoryStream();
            CkksGroups.Read(vector).Write(stream);
            return stream.ToArray();
        }
    }

    [Test]
    public void A_run_that_fails_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var groups = new ClearGroups(Grid.SlotCount, 7);
        SlotVector[] input = [groups.Load(new double[Grid.SlotCount]), groups.Load(new double[Grid.SlotCount])];
        Assert.That(
            () => ProgramRun.Execute(
                Program(out var sum), groups, new Dictionary<string, SlotVector[]> { ["x"] = input }, NoConstants, (_, value, _) =>
                {
                    if (value != sum)
                        return;
                    Assert.That(folder.Files, Has.Length.EqualTo(1));
                    throw new IOException("stopped");
                },
                folder.Path),
            Throws.InstanceOf<IOException>().With.Message.EqualTo("stopped"));
        Assert.That(folder.Files, Is.Empty);
        Assert.That(
            () => ProgramRun.Execute(Program(out _), groups, new Dictionary<string, SlotVector[]> { ["x"] = input }, NoConstants),
            Throws.InvalidOperationException.With.Message.Contains("the run takes a folder"));
        foreach (var vector in input)
            vector.Dispose();
    }

    /// <summary>doubled = 2 x, stored while another sum is made, then loaded and added to it.</summary>
    private static EncryptedProgram Program(out Value sum)
    {
        Value x = new("x", [Pair]), doubled = new("doubled", [Pair]), loaded = new("loaded", [Pair]), y = new("y", [Pair]);
        sum = new Value("sum", [Pair]);
        return new EncryptedProgram(
            Grid, [x],
            [
                new Sum(doubled, [ProgramBuilder.Term(x, 2)], []), new Store(doubled), new Sum(sum, [ProgramBuilder.Term(x, 3)], []),
                new Load(loaded, doubled), new Sum(y, [ProgramBuilder.Term(sum), ProgramBuilder.Term(loaded)], []),
                new Free(sum), new Free(loaded),
            ],
            new Dictionary<string, Value> { ["y"] = y });
    }
}
