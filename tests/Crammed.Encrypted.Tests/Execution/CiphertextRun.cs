using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Execution;

/// <summary>A program with what it is run on.</summary>
/// <param name="Name">for tables and messages</param>
/// <param name="Program">planned, or of one level by nature</param>
/// <param name="Inputs">slots by name</param>
/// <param name="Level">level of all inputs</param>
internal sealed record ProgramCase(string Name, EncryptedProgram Program, IReadOnlyDictionary<string, double[][]> Inputs, int Level)
{
    public ProgramConstants Constants { get; init; } = new(new Dictionary<string, FrozenWeights>(), new Dictionary<string, double>());

    /// <summary>The program with its levels.</summary>
    public EncryptedProgram PlannedFor(CkksLevels levels) =>
        Program with { Levels = new ProgramLevels(levels.RefreshedLevel, Program.Inputs.ToDictionary(input => input.Name, _ => Level)) };

    public override string ToString() => $"{Name} at level {Level}";
}

/// <summary>Errors of a group: what ciphertexts decrypt to, less what clear slots hold.</summary>
internal sealed record GroupErrors(Value Value, double Rms, double Worst, double MessageRms, GroupEstimate Estimate)
{
    /// <summary>Bits that the measured error is above the estimated one.</summary>
    public double Excess => Math.Log2(Rms / Estimate.Error);

    public override string ToString() =>
        $"{Value.Name} (level {Estimate.Level} of ciphertexts): measured {-Math.Log2(Rms):F2} bits rms, "
        + $"estimated {-Math.Log2(Estimate.Error):F2}, worst {-Math.Log2(Worst):F1}, message {-Math.Log2(MessageRms):F1}";
}

/// <summary>
/// Keys for some programs, made of what <see cref="ProgramKeys"/> lists and nothing else, and runs of them on ciphertexts.
/// </summary>
internal sealed class CiphertextRun : IDisposable
{
    private readonly SecretKey _secret;
    private readonly EvaluationKeys _keys;
    private readonly Bootstrapper? _bootstrapper;

    public CiphertextRun(CkksLevels levels, params IReadOnlyList<ProgramCase> cases)
    {
        Levels = levels;
        var needed = ProgramKeys.Union([.. cases.Select(item => ProgramKeys.Of(item.PlannedFor(levels), levels))]);
        _secret = SecretKey.Generate(levels.Parameters);
        _keys = new KeyGenerator(_secret).CreateEvaluationKeys(new EvaluationKeyRequest
        {
            RelinearizationLevel = needed.RelinearizationLevel,
            ConjugationLevel = needed.ConjugationLevel,
            Rotations = [.. needed.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
            Encapsulation = needed.Encapsulation,
        });
        var evaluator = new Evaluator(levels.Parameters, _keys);
        BootstrappingPlan? plan = null;
        if (needed.LargestRange is { } range)
        {
            plan = new BootstrappingPlan(levels.Parameters, range: range);
            _bootstrapper = new Bootstrapper(plan, evaluator, new CkksEncoder(levels.Parameters));
        }
        Noise = new InstructionNoise(levels, plan);
        Groups = new CkksGroups(levels, evaluator, _bootstrapper, new InProcessRefresher(new RefreshParty(_secret)), encodingBytes: 0);
    }

    public CkksLevels Levels { get; }

    public InstructionNoise Noise { get; }

    public CkksGroups Groups { get; }

    /// <summary>Runs a case on clear slots and on ciphertexts, and compares every group that an instruction makes.</summary>
    public IReadOnlyList<GroupErrors> Run(ProgramCase item)
    {
        var (clear, estimates) = RunClear(item, Noise);
        var decryptor = new Decryptor(_secret);
        var slots = new Dictionary<string, double[][]>();
        Execute(item, (_, value, vectors) =>
        {
            var estimate = estimates[value];
            foreach (var vector in vectors)
            {
                var ciphertext = CkksGroups.Read(vector);
                Assert.That(ciphertext.Level, Is.EqualTo(estimate.Level), value.Name);
                Assert.That(vector.Level, Is.EqualTo(Levels.OfProgram(estimate.Level)), value.Name);
                Assert.That(ciphertext.Scale, Is.EqualTo(Levels.Parameters.ScaleAt(estimate.Level)).Within(1e-12).Percent, value.Name);
            }
            slots[value.Name] = [.. vectors.Select(vector => decryptor.DecryptToSlots(CkksGroups.Read(vector)))];
        });
        return [.. ValuesOf(item).Select(value => Compare(value, slots[value.Name], clear[value.Name], estimates[value]))];
    }

    /// <summary>Runs a case on ciphertexts.</summary>
    public void Execute(ProgramCase item, ValueObserver? observer = null)
    {
        var encryptor = new Encryptor(_secret);
        var inputs = item.Inputs.ToDictionary(
            input => input.Key,
            input => input.Value.Select(vector => Groups.Load(encryptor.Encrypt(vector, Levels.OfCiphertext(item.Level)))).ToArray());
        try
        {
            var outputs = ProgramRun.Execute(item.Program, Groups, inputs, item.Constants, observer);
            foreach (var vector in outputs.Values.SelectMany(vectors => vectors))
                vector.Dispose();
        }
        finally
        {
            foreach (var vector in inputs.Values.SelectMany(vectors => vectors))
                vector.Dispose();
        }
    }

    /// <summary>The slots of all groups on clear slots without noise, and the estimates for ciphertexts.</summary>
    public static (IReadOnlyDictionary<string, double[][]> Slots, IReadOnlyDictionary<Value, GroupEstimate> Estimates) RunClear(
        ProgramCase item, InstructionNoise noise)
    {
        var slots = RunClear(item, noise.Levels, null);
        var statistics = ErrorCalibration.Run(item.Program, noise, item.Inputs, item.Constants);
        return (slots, new NoiseEstimate(noise, item.PlannedFor(noise.Levels), statistics, item.Constants).Estimate());
    }

    /// <summary>The slots of all groups on clear slots, with noise where there is some.</summary>
    public static IReadOnlyDictionary<string, double[][]> RunClear(
        ProgramCase item, CkksLevels levels, InjectedNoise? noise)
    {
        var groups = new ClearGroups(levels.Parameters.SlotCount, levels.RefreshedLevel) { Noise = noise };
        var slots = new Dictionary<string, double[][]>();
        var inputs = item.Inputs.ToDictionary(
            input => input.Key, input => input.Value.Select(vector => groups.Load(vector, item.Level)).ToArray());
        var outputs = ProgramRun.Execute(
            item.Program, groups, inputs, item.Constants, (_, value, vectors) => slots[value.Name] = [.. vectors.Select(ClearGroups.Read)]);
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return slots;
    }

    public static IEnumerable<Value> ValuesOf(ProgramCase item) => item.Program.Instructions.SelectMany(instruction => instruction.Results);

    public static GroupErrors Compare(Value value, double[][] slots, double[][] expected, GroupEstimate estimate)
    {
        double[] errors = [.. slots.Zip(expected).SelectMany(pair => pair.First.Zip(pair.Second, (x, y) => x - y))];
        return new GroupErrors(
            value, Math.Sqrt(errors.Average(error => error * error)), errors.Max(Math.Abs),
            Math.Sqrt(expected.SelectMany(vector => vector).Average(x => x * x)), estimate);
    }

    public void Dispose()
    {
        Groups.Dispose();
        _bootstrapper?.Dispose();
        _keys.Dispose();
        _secret.Dispose();
    }

    private sealed class InProcessRefresher(RefreshParty party) : IRefresher
    {
        public Ciphertext[] Refresh(IReadOnlyList<Ciphertext> ciphertexts, int targetLevel) => party.Refresh(ciphertexts, targetLevel);
    }
}
