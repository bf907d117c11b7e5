using System.Text;
using System.Text.Json.Nodes;
using Crammed.Ckks;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Hosting;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed plan</c> on a tiny checkpoint: its files, its figures, and all that it refuses.</summary>
internal sealed class PlanTests
{
    private readonly string _model = PlannedRun.Model;
    private readonly string _export = PlannedRun.Export;
    private readonly string _draw = PlannedRun.Draw;
    private readonly string[] _arguments =
    [
        "plan", $"model={PlannedRun.Model}", "he.parameters=insecure-N12-bootstrapping", "search=300", "solver_seconds=0", "calibration_steps=1",
        "eval.finetune.batch=8", "eval.finetune.learning_rate=0.01",
    ];

    private StageProgram _program = null!;

    [SetUp]
    public void Start() => _program = new StageProgram();

    [TearDown]
    public void End() => _program.Dispose();

    [Test]
    public async Task It_writes_a_plan_that_is_read_back_and_a_report_that_it_prints()
    {
        await Succeed(_arguments);
        var text = File.ReadAllText(OutputOf("plan/training.txt"));
        var plan = ProgramReader.Read(text, "training.txt");
        Assert.That(ProgramWriter.Write(plan), Is.EqualTo(text));
        Assert.That(plan.Levels!.Refreshed, Is.EqualTo(15));
        Assert.That(_program.Output, Does.StartWith(File.ReadAllText(OutputOf("plan/plan.md"))));
        Assert.That(_program.Error, Does.Contain("calibrated on random tokens").And.Contain("costs: those of 2 cores"));
    }

    /// <summary>The totals of the report are those of the program that was written, under the costs that it names.</summary>
    [Test]
    public async Task Its_figures_are_those_of_the_plan()
    {
        await Succeed(_arguments);
        var plan = ProgramReader.Read(File.ReadAllText(OutputOf("plan/training.txt")), "training.txt");
        var figures = JsonNode.Parse(File.ReadAllText(OutputOf("plan/results.json")))!.AsArray()
            .ToDictionary(node => node!["name"]!.GetValue<string>(), node => node!["value"]!.GetValue<double>());
        var costs = new ParameterCosts(PlanCosts.Load([]), CkksParameters.Create(NamedParameters.Find("insecure-N12-bootstrapping")));
        var refreshes = plan.Instructions.OfType<Encrypted.Programs.Refresh>().Sum(refresh => (refresh.Sources.Sum(source => source.Count) + 1) / 2);
        Assert.That(figures["refreshes"], Is.EqualTo(refreshes));
        // Levels of operands, followed through the program that was read.
        var levels = LevelFollower.LevelsOf(plan);
        var milliseconds = plan.Instructions.Where(instruction => instruction.Operands.Count > 0 && instruction is not Free)
            .Sum(instruction => costs.Milliseconds(instruction, plan.Grid, instruction is Encrypted.Programs.Refresh ? costs.RefreshedLevel : levels[instruction.Operands[0]]));
        Assert.That(figures["seconds"], Is.EqualTo(milliseconds / 1000).Within(1e-9 * milliseconds));
        Assert.That(figures["memory_bytes"], Is.GreaterThan(MemoryProfile.Of(plan, costs).PeakBytes));
        Assert.That(figures["signal_bits"], Is.GreaterThan(6));
        foreach (var state in plan.Inputs.Where(input => plan.Outputs.ContainsKey(input.Name)))
            Assert.That(levels[plan.Outputs[state.Name]], Is.EqualTo(15), $"{state.Name} comes back refreshed");
    }

    [Test]
    public async Task An_integer_program_says_how_far_from_the_best_a_plan_is()
    {
        await Succeed([.. _arguments, "solver_seconds=1"]);
        Assert.That(_program.Output, Does.Match(@"integer program: .* gap [0-9.]+ %, [0-9.]+ s, [0-9]+ binaries"));
    }

    /// <summary>A run needs nothing but the folder: programs, levels, frozen weights and the scalars of each step.</summary>
    [Test]
    public async Task Its_folder_holds_all_that_a_run_takes()
    {
        await Succeed(_arguments);
        var plan = PlanFolder.Open(OutputOf("plan"));
        var constants = plan.Constants(0);
        string[] matrices =
        [
            .. plan.Training.Instructions.OfType<LinearMap>().SelectMany(map => map.Matrices.Select(matrix => matrix.Name)),
            .. plan.Training.Instructions.OfType<SpreadProducts>().Select(map => map.Matrix.Name),
        ];
        Assert.That(constants.Matrices.Keys, Is.SupersetOf(matrices.Distinct()));
        Assert.That(plan.Levels.RefreshedLevel, Is.EqualTo(15));
        Assert.That(
            plan.Batch.Select(value => value.Name),
            Is.EquivalentTo(new[] { "embedding", "normalized_embedding", "mask", "labels", "example_weights" }));
        Assert.That(plan.State.Count, Is.EqualTo(3 * plan.State.Count(value => !value.Name.EndsWith("moment", StringComparison.Ordinal))));
        Assert.That(plan.Evaluation.Outputs.Keys, Is.EqualTo(new[] { PlanFolder.Logits }));
        Assert.That(plan.Evaluation.Inputs.Select(value => value.Name), Does.Not.Contain("labels"));
        Assert.That(plan.Id, Is.EqualTo(FileHash.Sha256(OutputOf("plan/plan.json"))));
    }

    [TestCase("training.txt", "the text was changed after it was written")]
    [TestCase("weights.safetensors", "its SHA-256 is")]
    [TestCase("plan.json", "'formaT'")]
    public async Task A_folder_with_a_changed_file_is_refused(string file, string message)
    {
        await Succeed(_arguments);
        var path = OutputOf($"plan/{file}");
        var bytes = File.ReadAllBytes(path);
        var at = file == "plan.json" ? Encoding.UTF8.GetString(bytes).IndexOf("format", StringComparison.Ordinal) + 5 : bytes.Length - 100;
        bytes[at] ^= 0x20;
        File.WriteAllBytes(path, bytes);
        Assert.That(() => PlanFolder.Open(OutputOf("plan")), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
        File.Delete(path);
        Assert.That(() => PlanFolder.Open(OutputOf("plan")), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(file));
    }

    [Test]
    public async Task A_draw_and_its_export_calibrate_and_the_same_seed_plans_the_same()
    {
        string[] arguments =
        [
            "plan", $"model={_model}", $"export={_export}", $"draw={_draw}", "he.parameters=insecure-N12-bootstrapping", "search=300", "solver_seconds=0",
            "calibration_steps=2",
        ];
        await Succeed([.. arguments, "name=first"]);
        Assert.That(_program.Output, Does.Contain("Calibrated on 2 steps on sst2"));
        await Succeed([.. arguments, "name=second"]);
        foreach (var file in new[] { "training.txt", "plan.md", "calibration.json" })
            Assert.That(File.ReadAllBytes(OutputOf($"second/{file}")), Is.EqualTo(File.ReadAllBytes(OutputOf($"first/{file}"))), file);
    }

    [Test]
    public async Task A_calibration_is_used_again_where_the_program_is_the_same()
    {
        await Succeed(_arguments);
        var calibration = OutputOf("plan/calibration.json");
        await Succeed([.. _arguments, "name=again", $"calibration={calibration}"]);
        Assert.That(_program.Error, Does.Not.Contain("calibrating"));
        Assert.That(File.ReadAllText(OutputOf("again/training.txt")), Is.EqualTo(File.ReadAllText(OutputOf("plan/training.txt"))));
        Assert.That(File.ReadAllText(OutputOf("again/calibration.json")), Is.EqualTo(File.ReadAllText(calibration)));

        await Succeed([.. _arguments, "name=wider", "batch=16", $"calibration={calibration}"]);
        Assert.That(_program.Error, Does.Contain("was taken with another program of this model; calibrating anew"));
    }

    [TestCase("model_sha256", "\"00\"", "was taken with another model; give calibration=null")]
    [TestCase("format", "1", "format 1, expected 3")]
    [TestCase("values", "{}", "the value embedding is missing")]
    [TestCase("values", "[]", "a value of the wrong kind")]
    [TestCase("steps", null, "missing required properties")]
    public async Task A_calibration_that_does_not_fit_is_refused(string field, string? value, string message)
    {
        await Succeed(_arguments);
        var calibration = JsonNode.Parse(File.ReadAllText(OutputOf("plan/calibration.json")))!;
        if (value is null)
            calibration.AsObject().Remove(field);
        else
            calibration[field] = JsonNode.Parse(value);
        await Refuse(message, [.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
    }

    [TestCase("bound", "-1")]
    [TestCase("rms", "-0.5")]
    [TestCase("quantiles", "[]")]
    public async Task Sizes_that_are_none_are_refused(string field, string value)
    {
        await Succeed(_arguments);
        var calibration = JsonNode.Parse(File.ReadAllText(OutputOf("plan/calibration.json")))!;
        calibration["values"]!["mask"]![field] = JsonNode.Parse(value);
        await Refuse("the sizes of mask are no finite numbers from 0 on", [.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
    }

    [Test]
    public async Task Errors_that_meet_in_a_way_unknown_are_refused()
    {
        await Succeed(_arguments);
        var calibration = JsonNode.Parse(File.ReadAllText(OutputOf("plan/calibration.json")))!;
        calibration["values"]!["head.logits.logits"]!["gains"]!["covariances"] = new JsonArray(1.0, 0.0);
        await Refuse("how errors meet in head.logits.logits is not", [.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
        calibration["values"]!["head.logits.logits"]!["gains"] = null;
        await Refuse("how errors meet in head.logits.logits is not", [.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
    }

    /// <summary>A gradient of almost no size, as an adapter's A has beside a B of zeros, changes nothing beside epsilon, nor does its noise.</summary>
    [Test]
    public async Task Gradients_stand_beside_epsilon()
    {
        await Succeed(_arguments);
        var calibration = JsonNode.Parse(File.ReadAllText(OutputOf("plan/calibration.json")))!;
        foreach (var (_, value) in calibration["values"]!.AsObject().Where(pair => pair.Key.StartsWith("unpacked", StringComparison.Ordinal)
            && pair.Key.Contains(".backward.")))
            value!["rms"] = 1e-12;
        await Succeed([.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
    }

    /// <summary>A value of almost no size drowns in the noise of what makes it.</summary>
    [Test]
    public async Task Too_much_noise_is_refused()
    {
        await Succeed(_arguments);
        var calibration = JsonNode.Parse(File.ReadAllText(OutputOf("plan/calibration.json")))!;
        var name = calibration["values"]!.AsObject().Select(pair => pair.Key).First(key => key.StartsWith("loss_gradient", StringComparison.Ordinal));
        calibration["values"]![name]!["rms"] = 1e-12;
        await Refuse($"loss gradient: the signal of {name}", [.. _arguments, "name=again", $"calibration={Written(calibration)}"]);
        Assert.That(_program.Error, Does.Contain("times the noise, less than 2^6; use a parameter set with more precision"));
        await Succeed([.. _arguments, "name=noisy", "least_signal_bits=-60", $"calibration={Written(calibration)}"]);
    }

    [TestCase("'he.memory' is 0.5 GiB, and a run takes ", "he.memory=0.5")]
    [TestCase("'he.memory' is 0; it must be", "he.memory=0")]
    [TestCase("'he.parameters' is insecure-N12, which has no levels for bootstrapping; choose a set that ends in -bootstrapping", "he.parameters=insecure-N12")]
    [TestCase("there is no parameter set 'N1'", "he.parameters=N1")]
    [TestCase("'batch' is 12; it must be a power of two", "batch=12")]
    [TestCase("'batch' is 128: 32 tokens of 128 examples are more than the 2048 slots", "batch=128")]
    [TestCase("'draw' is null and export is given", "export=outputs/export")]
    [TestCase("'export' is null and draw is given", "draw=draw.safetensors")]
    [TestCase("set dropout to 0", "eval.finetune.dropout=0.1")]
    [TestCase("costs.csv: not found; a cost table is a CSV", "costs=[costs.csv]")]
    [TestCase("none/config.json: not found", "model=none")]
    [TestCase("takes 4 levels, a refreshed value has 3", "he.parameters=N13QP213", "he.refresh=client")]
    public async Task What_cannot_be_planned_is_one_line_and_writes_nothing(string message, params string[] words) =>
        await Refuse(message, [.. _arguments.Where(argument => !words.Any(word => word.Split('=')[0] == argument.Split('=')[0])), .. words]);

    [TestCase("kernel", "softmax", "cannot be trained encrypted")]
    [TestCase("gate", "gelu", "cannot be trained encrypted")]
    public async Task Another_architecture_is_refused(string field, string value, string message)
    {
        var folder = SmallRun.Copy(_model, _program.Folder.Combine("other"));
        var path = Path.Combine(folder, "config.json");
        var configuration = JsonNode.Parse(File.ReadAllText(path))!;
        configuration[field] = value;
        File.WriteAllText(path, configuration.ToJsonString());
        await Refuse(message, [.. _arguments.Where(argument => !argument.StartsWith("model=", StringComparison.Ordinal)), $"model={folder}"]);
    }

    [Test]
    public async Task Cost_tables_are_joined_and_what_they_lack_is_said()
    {
        var table = CostTableText.Include("avx512");
        string Table(string name, CostTable written)
        {
            var path = _program.Folder.Combine(name);
            File.WriteAllText(path, CostTableText.Write(written));
            return path;
        }
        var engine = Table("engine.csv", table with { Machine = "engine", Rows = [.. table.Rows.Where(row => row.Operation != EngineOperation.Bootstrap)] });
        var bootstrap = Table("bootstrap.csv", table with { Machine = "bootstraps", Rows = [new CostRow(EngineOperation.Bootstrap, 0, 1000, "test")] });
        var other = Table("other.csv", table with { Threads = 7 });
        var damaged = _program.Folder.Combine("damaged.csv");
        File.WriteAllText(damaged, CostTableText.Write(table).Replace("rescale", "resale", StringComparison.Ordinal));
        await Refuse("the cost table of engine has no row of bootstrap", [.. _arguments, $"costs=[{engine}]"]);
        await Refuse("other.csv: measured with 7 threads", [.. _arguments, $"costs=[{engine},{other}]"]);
        await Refuse("there is no operation 'resale'", [.. _arguments, $"costs=[{damaged}]"]);
        await Succeed([.. _arguments, $"costs=[{engine},{bootstrap}]"]);
        Assert.That(_program.Output, Does.Contain("Costs: engine; bootstraps, "));
        // N = 2^12 instead of 2^16: a sixteenth of a second each.
        Assert.That(_program.Output, Does.Match(@"\| bootstrap +\| +(\d+) \| +\d\.\d+ s \|"));
    }

    [Test]
    public async Task A_taken_name_is_refused_before_the_calibration()
    {
        await Succeed(_arguments);
        Assert.That(await _program.RunAsync(_arguments), Is.EqualTo(ExitCode.BadInput));
        Assert.That(_program.Error, Does.EndWith("error: outputs/plan already holds a run; choose another name= or give --overwrite to replace it\n"));
        Assert.That(_program.Error, Does.Not.Contain("calibrating"));
        await Succeed([.. _arguments, "--overwrite"]);
    }

    /// <summary>Whoever edits a plan is told: by its hash, or with a right one by what is wrong.</summary>
    [TestCase("refresh", "free")]
    [TestCase(" level 15", " level 14")]
    [TestCase("vector final_norm.weight", "vector final_norm.bias")]
    public async Task A_plan_that_was_edited_is_refused(string part, string replacement)
    {
        await Succeed(_arguments);
        var text = File.ReadAllText(OutputOf("plan/training.txt"));
        Assert.That(text, Does.Contain(part));
        var at = text.IndexOf(part, StringComparison.Ordinal);
        var edited = $"{text[..at]}{replacement}{text[(at + part.Length)..]}";
        Assert.That(
            () => ProgramReader.Read(edited, "training.txt"),
            Throws.InstanceOf<ProgramFormatException>().With.Message.Contains("the text was changed after it was written"));
    }

    private string Written(JsonNode calibration)
    {
        var path = _program.Folder.Combine("changed.json");
        File.WriteAllText(path, calibration.ToJsonString());
        return path;
    }

    private async Task Refuse(string message, params string[] arguments)
    {
        var before = Directory.Exists(_program.Folder.Combine("outputs")) ? Directory.GetDirectories(_program.Folder.Combine("outputs")) : [];
        Assert.That(await _program.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput), () => _program.Error);
        var lines = _program.Error.TrimEnd('\n').Split('\n');
        Assert.That(lines.Count(line => line.StartsWith("error: ", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(lines[^1], Does.StartWith("error: ").And.Contain(message));
        Assert.That(_program.Output, Is.Empty);
        var after = Directory.Exists(_program.Folder.Combine("outputs")) ? Directory.GetDirectories(_program.Folder.Combine("outputs")) : [];
        Assert.That(after, Is.EquivalentTo(before));
    }

    private string OutputOf(string path) => _program.Folder.Combine($"outputs/{path}");

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await _program.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => _program.Error);
}
