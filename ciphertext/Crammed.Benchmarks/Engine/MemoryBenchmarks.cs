using BenchmarkDotNet.Attributes;
using Crammed.Ckks;
using Crammed.Ckks.Ring;

namespace Crammed.Benchmarks.Engine;

/// <summary>
/// What it costs to have less in memory, for ciphertexts and keys that programs bootstrap with: the disk without what the system keeps of its
/// files, and the expansion of uniform halves. By two threads.
/// </summary>
public class MemoryBenchmarks
{
    /// <summary>A group that is stored at a time.</summary>
    private const int GroupSize = 8;

    private string _folder = "";
    private EngineSetup _setup = null!;
    private EvaluationKeys _keys = null!;
    private Ciphertext[] _group = [];

    /// <summary>Where files are made, on the disk that is measured: folders for temporary files may be in memory.</summary>
    public static string ParentFolder { get; set; } = ".";

    [ParamsSource(nameof(Shapes))]
    public EngineShape Shape { get; set; } = null!;

    [Params(2)]
    public int Threads { get; set; }

    public static IEnumerable<EngineShape> Shapes => EngineShape.All.Where(shape => shape.ParameterSet == EngineShape.Program);

    private string GroupFile => Path.Combine(_folder, "group");

    private string KeyFile => Path.Combine(_folder, "keys");

    private EvaluationKeyId Id => EvaluationKeyId.Rotation(_setup.Parameters, EngineSetup.Steps[0])!.Value;

    [GlobalSetup]
    public void SetUp()
    {
        _setup = EngineSetup.Of(Shape);
        _folder = Directory.CreateDirectory(Path.Combine(ParentFolder, $"disk-{Guid.NewGuid():N}")).FullName;
        _group = [.. Enumerable.Repeat(_setup.Left, GroupSize)];
        StoredCiphertexts.Write(GroupFile, _group);
        _setup.Generator.SaveEvaluationKeys(KeyFile, EngineSetup.RotationsOf(Shape, [EngineSetup.Steps[0]]));
        // A budget that no key fits: each is dropped when it is done with.
        _keys = EvaluationKeys.Open(KeyFile, _setup.Parameters, new KeyMemory(UniformHalf.Expanded, BudgetBytes: 1));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _keys.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>As programs put groups aside: packed, with checksums, flushed to the disk.</summary>
    [Benchmark(OperationsPerInvoke = GroupSize)]
    public void Store() => StoredCiphertexts.Write(GroupFile, _group);

    [Benchmark(OperationsPerInvoke = GroupSize)]
    public void Load()
    {
        foreach (var ciphertext in StoredCiphertexts.Read(GroupFile, _setup.Parameters, GroupSize).Ciphertexts)
            ciphertext.Dispose();
    }

    /// <summary>The half of a key that a file has.</summary>
    [Benchmark]
    public void LoadKey() => _keys.Lease(Id)!.Dispose();

    /// <summary>The other half.</summary>
    [Benchmark]
    public unsafe void ExpandKey()
    {
        using var lease = _setup.Keys.Lease(Id)!;
        var key = lease.Key;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            using var expander = new UniformExpander(key.Seed);
            using var scratch = _setup.Parameters.Ring.Rent(1);
            for (var limb = thread; limb < key.Shape.TotalLimbs; limb += Threads)
                key.ExpandUniform(expander, limb, scratch.Limb(0));
        });
    }
}
