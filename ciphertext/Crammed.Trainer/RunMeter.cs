using System.Diagnostics;
using System.Globalization;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Trainer;

/// <summary>Measures a run instruction by instruction: progress with the time left, and the profile.</summary>
internal sealed class RunMeter
{
    /// <summary>Lines of progress are not closer than this.</summary>
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly string _folder;
    private readonly EncryptedProgram _program;
    private readonly InstructionCost[] _costs;
    private readonly double[] _predictedAfter;
    private readonly double[] _seconds;
    private readonly int[] _counts;
    private readonly List<double> _steps;
    private readonly string _unit;
    private readonly int _total;
    private double _step;
    private long _lastLine;

    /// <param name="output">for lines of progress</param>
    /// <param name="folder">of the run</param>
    /// <param name="plan">the plan</param>
    /// <param name="program">of the plan, that runs</param>
    /// <param name="state">where the run is</param>
    /// <param name="total">steps or batches</param>
    public RunMeter(TextWriter output, string folder, PlanFolder plan, EncryptedProgram program, RunState state, int total)
    {
        (_output, _folder, _program, _total) = (output, folder, program, total);
        _unit = state.Kind == RunKind.Training ? "step" : "evaluation batch";
        _costs = InstructionCost.Of(program, plan);
        _predictedAfter = new double[_costs.Length + 1];
        for (var i = _costs.Length - 1; i >= 0; i--)
            _predictedAfter[i] = _predictedAfter[i + 1] + _costs[i].Seconds;
        var known = Known(state);
        _seconds = [.. known?.InstructionSeconds ?? new double[_costs.Length]];
        _counts = [.. known?.InstructionCounts ?? new int[_costs.Length]];
        _steps = [.. known?.StepSeconds.Take(state.Done) ?? []];
        _step = state.Position is null ? 0 : known?.PartialSeconds ?? 0;
    }

    /// <summary>Predicted seconds of a step.</summary>
    public double PredictedSeconds => _predictedAfter[0];

    /// <summary>Executes an instruction of a step, and measures it.</summary>
    /// <param name="step">from 0</param>
    /// <param name="instruction">from 0</param>
    /// <param name="execute">the work</param>
    public void Measure(int step, int instruction, Action execute)
    {
        if (instruction == 0 || _costs[instruction].Part != _costs[instruction - 1].Part)
            Tell(step, instruction, _costs[instruction].Part, isAlways: instruction == 0);
        var begin = Stopwatch.GetTimestamp();
        execute();
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        _seconds[instruction] += seconds;
        _counts[instruction]++;
        _step += seconds;
    }

    /// <summary>The step is at its end.</summary>
    public void EndStep(int step)
    {
        _steps.Add(_step);
        Tell(step, _costs.Length, RunProgress.Done, isAlways: true);
        _step = 0;
    }

    /// <summary>A step begins anew, and what was measured of it is not its time.</summary>
    public void RestartStep() => _step = 0;

    /// <summary>Writes profile.json and profile.txt.</summary>
    public void Write(long keyBytes, long spilledBytes, long savedBytes)
    {
        using var process = Process.GetCurrentProcess();
        var profile = new ProgramProfile
        {
            Program = ProgramWriter.Hash(_program),
            StepSeconds = _steps,
            PartialSeconds = _step,
            PredictedSeconds = PredictedSeconds,
            ByKind = Totals(cost => cost.Kind),
            ByPart = Totals(cost => cost.Part),
            ByLevel = Totals(cost => cost.Level.ToString(CultureInfo.InvariantCulture)),
            PeakMemoryBytes = process.PeakWorkingSet64,
            PeakResidueBytes = ResidueMemory.PeakBytes,
            KeyBytes = keyBytes,
            SpilledBytes = spilledBytes,
            SavedBytes = savedBytes,
            InstructionSeconds = _seconds,
            InstructionPredictedSeconds = [.. _costs.Select(cost => cost.Seconds)],
            InstructionCounts = _counts,
        };
        AtomicFile.WriteText(Path.Combine(_folder, RunFiles.Profile), profile.ToJson());
        AtomicFile.WriteText(Path.Combine(_folder, RunFiles.ProfileText), profile.Annotate(_program));
    }

    /// <summary>That of an earlier process of this run; without one, or with a damaged one, times count from now on.</summary>
    private ProgramProfile? Known(RunState state)
    {
        var path = Path.Combine(_folder, RunFiles.Profile);
        if (state is { Done: 0, Position: null } || !File.Exists(path))
            return null;
        try
        {
            var profile = ProgramProfile.Read(path);
            return profile.InstructionSeconds.Count == _costs.Length && profile.Program == ProgramWriter.Hash(_program) ? profile : null;
        }
        catch (InvalidDataException exception)
        {
            _output.WriteLine($"{exception.Message}; times count from now on");
            return null;
        }
    }

    private Dictionary<string, double> Totals(Func<InstructionCost, string> key) => _costs.Zip(_seconds)
        .GroupBy(pair => key(pair.First), pair => pair.Second).ToDictionary(group => group.Key, group => group.Sum());

    private void Tell(int step, int instruction, string part, bool isAlways)
    {
        if (!isAlways && Stopwatch.GetElapsedTime(_lastLine) < LineInterval)
            return;
        _lastLine = Stopwatch.GetTimestamp();
        var left = _predictedAfter[instruction] + (_total - 1 - step) * _predictedAfter[0];
        _output.WriteLine(new RunProgress(_unit, step + 1, _total, instruction, _costs.Length, part, _step, left * Slowness()));
        _output.Flush();
    }

    /// <summary>Measured over predicted time of what was executed so far; 1 at first.</summary>
    private double Slowness()
    {
        var predicted = _costs.Zip(_counts, (cost, count) => cost.Seconds * count).Sum();
        return predicted > 0 ? _seconds.Sum() / predicted : 1;
    }
}
