using System.Diagnostics;
using System.Globalization;
using Crammed.Ckks;
using Crammed.Encrypted.Backends;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Eager;
using Crammed.Encrypted.Training;
using Crammed.Model;

namespace Crammed.Trainer;

/// <summary>Names of the files that the training program writes.</summary>
public static class ResultFiles
{
    /// <summary>Packed trained parameters: one ciphertext.</summary>
    public const string Parameters = ContainerFiles.Parameters;

    /// <summary>Operation counts and times, JSON (<see cref="RunProfile"/>).</summary>
    public const string Profile = "profile.json";

    /// <summary>Logits of a training step before its update, or of an evaluation batch: one ciphertext a class.</summary>
    public static string Logits(int index) => $"logits-{index:D5}.ct";
}

/// <summary>One run of the training program.</summary>
internal sealed class TrainingServer : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly TextWriter _output;
    private readonly ContainerManifest _manifest;
    private readonly EvaluationKeys _keys;
    private readonly RemoteRefresher _refresher;
    private readonly CkksParameters _parameters;
    private readonly CkksBackend _backend;
    private readonly EncryptedContext _context;
    private readonly FineTuningLoop _loop;
    private readonly ContainerData _data;
    private readonly List<double> _seconds = [];

    /// <summary>Reads everything but the batches and connects to the refresh party.</summary>
    public TrainingServer(TrainerOptions options, TextWriter output)
    {
        (_options, _output) = (options, output);
        _manifest = ContainerManifest.Read(options.Container);
        _parameters = CkksParameters.Create(NamedParameters.Find(_manifest.ParameterSet));
        var run = CircuitSettings.For(_parameters.WorkingLevel, options.Threads);
        var layout = _manifest.Layout(_parameters.SlotCount);
        var configuration = BertConfiguration.Read(Path.Combine(options.Model, CheckpointFiles.Configuration));
        var step = ModelLoader.Load(options.Model, layout, _manifest.Settings, _manifest.Shape, run.MaxLevel);
        _keys = OpenKeys(options.Keys);
        _refresher = new RemoteRefresher(_parameters, options.Refresh, options.Threads);
        _backend = new CkksBackend(_parameters, new Evaluator(_parameters, _keys, options.Threads), _refresher);
        _context = new EncryptedContext(_backend, run.RefreshLevel);
        _loop = new FineTuningLoop(step, _manifest.Settings);
        var factors = new AdapterFactorSource(layout, _manifest.Settings, _manifest.Shape, configuration);
        _data = new ContainerData(options.Container, _manifest, _parameters, _backend, factors);
    }

    /// <summary>Trains, or evaluates given parameters, and writes the results.</summary>
    public void Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_options.Output);
        if (_options.Parameters is null)
            Train(cancellation);
        else
            Evaluate(_options.Parameters, cancellation);
        var profile = new RunProfile(
            _seconds, _context.Recorder.LayerSeconds, _context.Recorder.Records, Process.GetCurrentProcess().PeakWorkingSet64, _keys.Bytes);
        File.WriteAllText(Path.Combine(_options.Output, ResultFiles.Profile), profile.ToJson());
    }

    public void Dispose()
    {
        _context.Dispose();
        _data.Dispose();
        _refresher.Dispose();
        _keys.Dispose();
    }

    private EvaluationKeys OpenKeys(string folder)
    {
        var keys = PublicKeyFolder.OpenEvaluationKeys(folder, _parameters);
        try
        {
            _manifest.RequireKey(folder, keys.KeyId!.Value);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private void Train(CancellationToken cancellation)
    {
        using var state = _loop.Train(_context, _data, report => Finished(report, _manifest.Settings.Steps, "step"), cancellation);
        CiphertextFile.Write(Path.Combine(_options.Output, ResultFiles.Parameters), [CkksBackend.Read(state.Parameters)]);
    }

    private void Evaluate(string file, CancellationToken cancellation)
    {
        using var parameters = _backend.Load(CiphertextFile.Read(file, _parameters, 1)[0]);
        var batches = _manifest.EvaluationBatches.Count;
        _loop.Evaluate(_context, _data, parameters, batches, report => Finished(report, batches, "evaluation batch"), cancellation);
    }

    private void Finished(StepReport report, int total, string unit)
    {
        CiphertextFile.Write(
            Path.Combine(_options.Output, ResultFiles.Logits(report.Step)), [.. report.Logits.Select(CkksBackend.Read)]);
        _seconds.Add(report.Seconds);
        var left = _seconds.Average() * (total - report.Step);
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{unit} {report.Step}/{total}: {report.Seconds:F1} s, {left:F0} s left"));
        _output.Flush();
    }
}
