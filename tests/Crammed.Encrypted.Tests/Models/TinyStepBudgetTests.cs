using System.Globalization;
using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Encrypted.Tensors;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>
/// A planned step on ciphertexts with tiles, groups on disk, keys of half and seed that are dropped and read again, and a bound on residue
/// memory, against the same program with all keys and all memory.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class TinyStepBudgetTests
{
    /// <summary>What residue memory may pass its bound by.</summary>
    private const double Excess = 1.05;

    /// <summary>
    /// What a process has beside residues: the test's clear copies, encodings' complex slots and collected heaps that were not given back. The
    /// step's own residues are some hundred MiB.
    /// </summary>
    private const long RuntimeBytes = 384L << 20;

    [Test]
    public void A_step_stays_within_its_memory_and_gives_the_same_bits()
    {
        var reference = new ReferenceModel(TinyStep.Shape, TinyStep.Grid, seed: 7);
        var optimizer = new AdamWHe(0.9, 0.999, 0.01, 0.01, 1);
        var free = new TinyStep(reference, 1, optimizer);
        var budget = free.Plan.WorkingBytes / 4 * 3;
        var step = new TinyStep(reference, 1, optimizer, _ => budget);
        var planned = step.Plan.Program;
        Assert.That(planned.Instructions.OfType<Store>(), Is.Not.Empty);
        using var folder = new TemporaryFolder();
        using var server = new StepServer(step, folder.Path);
        var values = ValueBytes(planned, step.Parameters);

        var expected = server.Run(KeyMemory.All, null);
        // Room for the keys of one hoisted transform and a few more.
        var keys = new KeyMemory(UniformHalf.Expanded, server.KeyBytes / 2 / 3);
        var bound = values + keys.BudgetBytes!.Value + server.DiagonalBytes + server.InputBytes;
        var found = server.Run(keys, bound);

        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            bound {bound / 1048576.0:F1} MiB: values {values / 1048576.0:F1}, keys {keys.BudgetBytes / 1048576.0:F1} of {server.KeyBytes / 1048576.0:F1}
            all memory: {expected}
            within the bound: {found}
            """));
        Assert.That(found.PeakBytes, Is.LessThanOrEqualTo(Excess * bound));
        Assert.That(found.Traffic.PeakBytes, Is.LessThanOrEqualTo(keys.BudgetBytes.Value));
        Assert.That(found.Traffic.Drops, Is.GreaterThan(0));
        Assert.That(found.Stored.Groups, Is.EqualTo(planned.Instructions.OfType<Store>().Count()).And.EqualTo(found.Loaded.Groups));
        Assert.That(found.ResidentBytes, Is.LessThanOrEqualTo(Excess * bound + RuntimeBytes));
        Assert.That(found.Outputs.Keys, Is.EquivalentTo(expected.Outputs.Keys));
        foreach (var (name, bytes) in expected.Outputs)
            Assert.That(found.Outputs[name].AsSpan().SequenceEqual(bytes), $"{name} differs");
    }

    /// <summary>The plan's bytes of values and instructions, which are those of N = 2^16, in the ring of the test.</summary>
    private static long ValueBytes(EncryptedProgram planned, CkksParameters parameters) => MemoryTimeline.Of(
        planned, new InstructionCosts(new ParameterCosts(CostTableText.Include("avx512"), parameters), planned.Grid)).PeakBytes;

    /// <summary>What a run took and gave.</summary>
    private sealed record StepRun(
        IReadOnlyDictionary<string, byte[]> Outputs, long PeakBytes, long ResidentBytes, KeyTraffic Traffic, DiskTraffic Stored, DiskTraffic Loaded)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"residues at most {PeakBytes / 1048576.0:F1} MiB, resident {ResidentBytes / 1048576.0:F1} MiB more than before, {Traffic}, stored {Stored}, loaded {Loaded}");
    }

    /// <summary>A step's keys in a file, and its encrypted inputs.</summary>
    private sealed class StepServer : IDisposable
    {
        private readonly TinyStep _step;
        private readonly string _folder;
        private readonly SecretKey _secret;
        private readonly BootstrappingPlan _bootstrapping;
        private readonly Dictionary<string, byte[][]> _inputs;

        public StepServer(TinyStep step, string folder)
        {
            (_step, _folder) = (step, folder);
            var planned = step.Plan.Program;
            _bootstrapping = new BootstrappingPlan(
                step.Parameters, range: planned.Instructions.OfType<Refresh>().SelectMany(refresh => refresh.Ranges).Max());
            Levels = CkksLevels.ForBootstrapping(_bootstrapping);
            _secret = SecretKey.Generate(step.Parameters);
            var needed = ProgramKeys.Of(planned, Levels);
            KeyBytes = new KeyGenerator(_secret).SaveEvaluationKeys(KeyFile, new EvaluationKeyRequest
            {
                RelinearizationLevel = needed.RelinearizationLevel,
                ConjugationLevel = needed.ConjugationLevel,
                Rotations = [.. needed.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
                Encapsulation = needed.Encapsulation,
            }).Sum(key => key.MemoryBytes);
            var encryptor = new Encryptor(_secret);
            var slots = step.Model.Inputs();
            _inputs = planned.Inputs.ToDictionary(input => input.Name, input => slots[input.Name].Select(vector =>
            {
                using var ciphertext = encryptor.Encrypt(vector, Levels.OfCiphertext(planned.Levels!.Inputs[input.Name]));
                return Bytes(ciphertext);
            }).ToArray());
        }

        public CkksLevels Levels { get; }

        public long KeyBytes { get; }

        public long DiagonalBytes => _bootstrapping.SlotsToCoeffs.DiagonalBytes + _bootstrapping.CoeffsToSlots.DiagonalBytes;

        /// <summary>Of inputs, which stay the caller's whether the program frees them or not.</summary>
        public long InputBytes { get; private set; }

        private string KeyFile => Path.Combine(_folder, "keys");

        public StepRun Run(KeyMemory memory, long? bound)
        {
            var planned = _step.Plan.Program;
            var (maxBytes, before) = (ResidueMemory.MaxBytes, Collected());
            var live = ResidueMemory.LiveBytes;
            ResidueMemory.Trim();
            try
            {
                ResidueMemory.MaxBytes = live + bound ?? long.MaxValue;
                ResidueMemory.ResetPeak();
                using var keys = EvaluationKeys.Open(KeyFile, _step.Parameters, memory);
                var evaluator = new Evaluator(_step.Parameters, keys);
                using var bootstrapper = new Bootstrapper(_bootstrapping, evaluator, new CkksEncoder(_step.Parameters));
                using var groups = new CkksGroups(Levels, evaluator, bootstrapper, encodingBytes: 0);
                var inputs = _inputs.ToDictionary(
                    input => input.Key,
                    input => input.Value.Select(bytes => groups.Load(CiphertextReader.Read(new MemoryStream(bytes), _step.Parameters))).ToArray());
                InputBytes = inputs.Values.SelectMany(vectors => vectors).Sum(vector => CkksGroups.Read(vector).Bytes);
                long resident = 0;
                var outputs = ProgramRun.Execute(
                    planned, groups, inputs, _step.Constants, (_, _, _) => resident = Math.Max(resident, Resident()), _folder);
                var result = new StepRun(
                    outputs.ToDictionary(output => output.Key, output => output.Value.SelectMany(vector => Bytes(CkksGroups.Read(vector))).ToArray()),
                    ResidueMemory.PeakBytes - live, resident - before, keys.Traffic, groups.Stored, groups.Loaded);
                foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
                    vector.Dispose();
                return result;
            }
            finally
            {
                ResidueMemory.MaxBytes = maxBytes;
            }
        }

        public void Dispose() => _secret.Dispose();

        private static byte[] Bytes(Ciphertext ciphertext)
        {
            using var stream = new MemoryStream();
            ciphertext.Write(stream);
            return stream.ToArray();
        }

        private static long Collected()
        {
            GC.Collect();
            return Resident();
        }

        private static long Resident() => Environment.WorkingSet;
    }
}
