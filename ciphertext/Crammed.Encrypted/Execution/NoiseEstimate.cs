using Crammed.Ckks;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>
/// The expected error of every group of a planned program on ciphertexts, by the engine's estimates, without slots: level, root mean square
/// and error are carried from instruction to instruction.
/// </summary>
/// <remarks>
/// What an instruction makes of its operands' errors is known from a run on clear slots (<see cref="ErrorCalibration"/>, where its
/// assumptions are), for slots and for imaginary parts, which a bootstrap of two vectors brings to the other one's slots. What it adds is
/// independent of them. Products of two errors are left out. What the polynomials of bootstraps and functions are off by is a function of
/// the message and is counted as if it were not: sums over slots of like messages have more of it than estimated, or less.
/// </remarks>
/// <param name="noise">noise of instructions</param>
/// <param name="program">after planning</param>
/// <param name="statistics">
/// by the names of groups; those of inputs and of whatever instructions compute: lowered and refreshed groups have those of their sources
/// </param>
/// <param name="constants">frozen matrices and scalars</param>
public sealed class NoiseEstimate(
    InstructionNoise noise, EncryptedProgram program, IReadOnlyDictionary<string, SlotStatistics> statistics, ProgramConstants constants)
{
    private readonly Dictionary<Value, GroupEstimate> _estimates = [];
    private readonly Dictionary<Value, SlotStatistics> _known = [];
    private readonly AddedNoise _added = new(noise, program.Grid, constants);

    /// <summary>Estimates of all groups; inputs are fresh encryptions under the secret key.</summary>
    /// <exception cref="ArgumentException">the program is not planned, or for another number of levels</exception>
    /// <exception cref="InvalidOperationException">statistics of a group are missing</exception>
    public IReadOnlyDictionary<Value, GroupEstimate> Estimate()
    {
        _estimates.Clear();
        _known.Clear();
        var levels = noise.Levels.LevelsOf(program);
        foreach (var input in program.Inputs)
            Set(input, levels[input], StatisticsOf(input), NoiseParts.Equal(noise.Fresh(levels[input])));
        foreach (var instruction in program.Instructions)
        {
            if (instruction is Refresh refresh)
                FollowRefresh(refresh);
            else
                Follow(instruction, levels);
        }
        return _estimates;
    }

    private void Follow(Instruction instruction, IReadOnlyDictionary<Value, int> levels)
    {
        var operands = instruction.Operands;
        double[] rms = [.. operands.Select(operand => _known[operand].Rms)];
        for (var i = 0; i < instruction.Results.Count; i++)
        {
            var result = instruction.Results[i];
            var known = instruction is Lower or Load ? _known[operands[0]] : StatisticsOf(result);
            var added = _added.Of(instruction, i, levels[operands[0]], rms, _known[operands[0]].Quantiles);
            Set(result, levels[result], known, CarriedTo(result, instruction, known) + added);
        }
    }

    private NoiseParts CarriedTo(Value result, Instruction instruction, SlotStatistics known)
    {
        double[] real = [.. instruction.Operands.Select(operand => _estimates[operand].Error)];
        double[] imaginary = [.. instruction.Operands.Select(operand => _estimates[operand].ImaginaryError)];
        if (instruction is Lower or Load)
            return new NoiseParts(real[0], imaginary[0]);
        if (known is not { Gains: { } gains, ImaginaryGains: { } imaginaryGains })
            throw new InvalidOperationException($"noise: it is not known how errors meet in {result.Name}");
        return new NoiseParts(gains.Carry(real), imaginaryGains.Carry(imaginary));
    }

    private void FollowRefresh(Refresh refresh)
    {
        var shared = refresh.Method == RefreshMethod.Bootstrap ? OtherHalves(refresh) : [];
        for (var i = 0; i < refresh.Sources.Count; i++)
        {
            var (source, known) = (_estimates[refresh.Sources[i]], _known[refresh.Sources[i]]);
            if (refresh.Method == RefreshMethod.Client)
            {
                var fresh = noise.Fresh(noise.Levels.RefreshedLevel);
                var renewed = new NoiseParts(NoiseEstimator.Together(source.Error, fresh), fresh);
                Set(refresh.Refreshed[i], noise.Levels.RefreshedLevel, known, renewed);
                continue;
            }
            var (otherRms, otherError) = shared[i];
            var operand = new SlotEstimate(
                source.Level, noise.Levels.Parameters.ScaleAt(source.Level), NoiseEstimator.Together(source.Rms, otherRms),
                NoiseEstimator.Together(source.Error, otherError));
            var parts = noise.BootstrapParts(operand, refresh.Ranges[i], known.Quantiles);
            Set(refresh.Refreshed[i], noise.Levels.RefreshedLevel, known, parts);
        }
    }

    /// <summary>
    /// What the vectors that a group shares bootstraps with bring to it, as means over all its vectors: their messages to its imaginary
    /// parts, the errors in their imaginary parts to its slots, both as much larger as its range is.
    /// </summary>
    private (double Rms, double Error)[] OtherHalves(Refresh refresh)
    {
        var sources = refresh.Sources.SelectMany((source, i) => Enumerable.Repeat(i, source.Count)).ToArray();
        var variances = new (double Message, double Error)[refresh.Sources.Count];
        foreach (var (first, second) in RefreshPairs.Of([.. sources.Select(i => refresh.Ranges[i])]))
        {
            if (second is not { } other)
                continue;
            Share(sources[first], sources[other]);
            Share(sources[other], sources[first]);
        }
        return [.. variances.Select(variance => (Math.Sqrt(variance.Message), Math.Sqrt(variance.Error)))];

        void Share(int own, int other)
        {
            var foreign = _estimates[refresh.Sources[other]];
            var part = Math.Pow(refresh.Ranges[own] / refresh.Ranges[other], 2) / refresh.Sources[own].Count;
            variances[own].Message += part * foreign.Rms * foreign.Rms;
            variances[own].Error += part * foreign.ImaginaryError * foreign.ImaginaryError;
        }
    }

    private void Set(Value value, int level, SlotStatistics known, NoiseParts error)
    {
        _known[value] = known;
        _estimates[value] = new GroupEstimate(noise.Levels.OfCiphertext(level), known.Rms, error.Real, error.Imaginary);
    }

    private SlotStatistics StatisticsOf(Value value) => statistics.GetValueOrDefault(value.Name)
        ?? throw new InvalidOperationException($"noise: the statistics of {value.Name} are missing");
}
