using Crammed.Files;

namespace Crammed.Ckks.Client.Tests;

/// <summary>Keys are not begun where there is no room for them.</summary>
[TestFixture]
internal sealed class KeyRoomTests
{
    private static readonly EvaluationKeyRequest Request = new() { RelinearizationLevel = 3, Rotations = [(1, 8), (2, 8)] };

    private static readonly EvaluationKeyPlan Plan = Request.Plan(ClientSetup.Parameters);

    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "evaluation.keys");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crammed-keys-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Keys_in_memory_are_made_with_room_to_the_byte_and_not_with_one_less()
    {
        var needed = Plan.MemoryBytesToCreate();
        using (Generator(new() { MemoryBytes = () => needed }).CreateEvaluationKeys(Request))
        {
        }
        var live = ResidueMemory.LiveBuffers;
        var reports = new Recorder();
        Assert.That(
            () => Generator(new() { MemoryBytes = () => needed - 1 }).CreateEvaluationKeys(Request, reports),
            Throws.InstanceOf<InsufficientMemoryException>().With.Message.StartsWith("making 3 evaluation keys in memory: ")
                .And.Message.Contains("free (control group /test); ").And.Message.Contains("save them to a file"));
        Assert.That((reports.Count, ResidueMemory.LiveBuffers), Is.EqualTo((0, live)));
    }

    [Test]
    public void A_file_is_made_with_room_to_the_byte_and_not_with_one_less()
    {
        Generator(new() { DiskBytes = Plan.FileBytes, MemoryBytes = () => Plan.MemoryBytesToSave() }).SaveEvaluationKeys(FilePath, Request);
        var earlier = File.ReadAllBytes(FilePath);
        Assert.That(earlier, Has.Length.EqualTo(Plan.FileBytes));

        var live = ResidueMemory.LiveBuffers;
        var reports = new Recorder();
        var tight = Generator(new() { DiskBytes = Plan.FileBytes - 1 });
        var exception = Assert.Throws<InsufficientDiskSpaceException>(() => tight.SaveEvaluationKeys(FilePath, Request, reports))!;
        Assert.That(
            (exception.Folder, exception.NeededBytes, exception.FreeBytes), Is.EqualTo((_folder, Plan.FileBytes, Plan.FileBytes - 1)));
        Assert.That(exception.Message, Does.StartWith($"{FilePath}: saving 3 evaluation keys: ").And.Contain($" free in {_folder}; ")
            .And.Contain("choose a folder with more room (the earlier file stays until the new one is whole)"));
        // Even one byte apart, the figures in the message differ.
        var words = exception.Message[(FilePath.Length + 1)..].Split(' ');
        double[] figures = [.. words.Where(word => word.Contains('.') && char.IsAsciiDigit(word[0])).Select(double.Parse)];
        Assert.That(figures, Has.Length.EqualTo(2));
        Assert.That(figures[0] - figures[1], Is.EqualTo(0.1).Within(1e-9));

        Assert.That((reports.Count, ResidueMemory.LiveBuffers), Is.EqualTo((0, live)));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { FilePath }));
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(earlier));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Saving_needs_memory_for_as_many_keys_as_are_made_at_a_time(int degree)
    {
        var needed = Plan.MemoryBytesToSave(degree);
        Generator(new() { MemoryBytes = () => needed }).SaveEvaluationKeys(FilePath, Request, maxDegreeOfParallelism: degree);
        File.Delete(FilePath);
        Assert.That(
            () => Generator(new() { MemoryBytes = () => needed - 1 }).SaveEvaluationKeys(FilePath, Request, maxDegreeOfParallelism: degree),
            Throws.InstanceOf<InsufficientMemoryException>().With.Message.Contains("make fewer at a time"));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
    }

    /// <summary>A file in tmpfs takes memory as the keys do.</summary>
    [TestCase(0, true)]
    [TestCase(-1, false)]
    public void A_file_system_in_memory_counts_twice(int spare, bool isEnough)
    {
        var memory = Plan.MemoryBytesToSave() + Plan.FileBytes + spare;
        var generator = Generator(new() { DiskBytes = Plan.FileBytes, DiskIsMemory = true, MemoryBytes = () => memory });
        if (isEnough)
            generator.SaveEvaluationKeys(FilePath, Request);
        else
            Assert.That(
                () => generator.SaveEvaluationKeys(FilePath, Request),
                Throws.InstanceOf<InsufficientMemoryException>().With.Message.EndsWith($"choose a folder on a disk: {_folder} is memory"));
        Assert.That(File.Exists(FilePath), Is.EqualTo(isEnough));
    }

    /// <summary>Buffers that are only kept for reuse are no reason to refuse.</summary>
    [Test]
    public void Idle_buffers_are_given_back_before_anything_is_refused()
    {
        ClientSetup.Parameters.Ring.Rent(3).Dispose();
        Assert.That(ResidueMemory.CachedBytes, Is.Positive);
        using var keys = Generator(new() { MemoryBytes = () => ResidueMemory.CachedBytes > 0 ? 0 : long.MaxValue })
            .CreateEvaluationKeys(Request);
        Assert.That(keys.Manifest, Has.Count.EqualTo(3));
    }

    [Test]
    public void What_is_unknown_is_not_checked_and_a_check_can_be_left_out()
    {
        foreach (var resources in new[] { new LimitedResources(), SystemResources.Unchecked })
        {
            var generator = new KeyGenerator(ClientSetup.Secret, resources);
            Assert.That(generator.SaveEvaluationKeys(FilePath, Request), Has.Count.EqualTo(3));
            using var keys = generator.CreateEvaluationKeys(Request);
            Assert.That(keys.Manifest, Has.Count.EqualTo(3));
        }
    }

    /// <summary>More than any machine has: the real one is asked unless told otherwise.</summary>
    [Test]
    public void The_operating_system_is_asked_by_default()
    {
        var large = CkksParameters.Create(NamedParameters.N16QP1320);
        var steps = Enumerable.Range(1, large.SlotCount - 1);
        var request = new EvaluationKeyRequest { Rotations = [.. steps.Select(i => (i, large.MaxLevel))] };
        var plan = request.Plan(large);
        // 32,767 keys of 93 MiB, 36 MiB on disk (KeySetFileTests): 2.906 and 1.1 TiB; needs are rounded up.
        Assert.That(plan.MemoryBytes, Is.EqualTo(32767 * (93L << 20)));
        if (SystemResources.Process.Memory is not { } memory || memory.Bytes >= plan.MemoryBytes)
            Assert.Ignore("this machine does not say what is free, or has it");
        Assert.That(
            () => plan.RequireMemory(), Throws.InstanceOf<InsufficientMemoryException>().With.Message.Contains("3.0 TiB of memory"));
        if (SystemResources.Process.Disk(_folder) is { } disk && disk.Bytes < plan.FileBytes)
            Assert.That(() => plan.RequireRoom(FilePath), Throws.InstanceOf<InsufficientDiskSpaceException>());
    }

    private static KeyGenerator Generator(LimitedResources resources) => new(ClientSetup.Secret, resources);

    private sealed class Recorder : IProgress<WorkProgress>
    {
        public int Count { get; private set; }

        public void Report(WorkProgress value) => Count++;
    }
}
