using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Programs;
using Crammed.Trainer;

namespace Crammed.Converter.Tests.Running;

/// <summary>The training program on real ciphertexts, as a process: to its end, interrupted, killed, and refused.</summary>
[TestFixture]
internal sealed class TrainingRunTests
{
    private const int Kills = 10;

    private string _folder = null!;
    private RunParts _parts = null!;
    private Dictionary<string, byte[]> _expected = null!;
    private string[] _finished = null!;

    [OneTimeSetUp]
    public void MakeParts()
    {
        _folder = Directory.CreateTempSubdirectory("crammed-run-").FullName;
        _parts = new RunParts(_folder);
        var program = _parts.Plan.Training;
        Assert.That(program.Instructions.OfType<Refresh>().Count(), Is.GreaterThan(2), "the plan refreshes");
        Assert.That(program.Instructions.OfType<Store>(), Is.Not.Empty, "the plan stores groups");
        _expected = _parts.Train();
        _finished = [.. _expected.Keys, "state/state.json", RunFiles.Profile, RunFiles.ProfileText];
    }

    [OneTimeTearDown]
    public void RemoveParts()
    {
        _parts.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// The run keeps half keys within a budget and diagonals as coefficients, as the plan has it; what it is compared with does not.
    /// </summary>
    [Test]
    public void A_run_gives_what_the_instructions_give_bit_by_bit()
    {
        var output = Output("whole");
        var result = TrainerProcess.Run(Arguments(output));
        Assert.That(result, Has.Property(nameof(ProcessResult.ExitCode)).Zero, () => result.Errors);
        RequireFinished(output);

        RunProgress[] lines = [.. result.Output.Split('\n').Select(RunProgress.Parse).OfType<RunProgress>()];
        Assert.That(
            lines.Where(line => line.Part == RunProgress.Done).Select(line => line.Number),
            Is.EqualTo(Enumerable.Range(1, SmallPlan.Steps)));
        Assert.That(lines[^1].SecondsLeft, Is.Zero);
        var profile = ProgramProfile.Read(Path.Combine(output, RunFiles.Profile));
        Assert.That(profile.InstructionCounts, Is.All.EqualTo(SmallPlan.Steps));
        Assert.That(profile.StepSeconds, Has.Count.EqualTo(SmallPlan.Steps).And.All.GreaterThan(0));
        Assert.That(profile.StepSeconds.Sum(), Is.EqualTo(profile.InstructionSeconds.Sum()).Within(1e-6));
        Assert.That(profile.ByPart.Keys, Is.SupersetOf(["layer 0", "layer 1", "head", "update"]));
        Assert.That(profile.SpilledBytes, Is.Positive);
        Assert.That(profile.KeyBytes, Is.InRange(1, _parts.Plan.Manifest.TrainingMemory!.KeyBudgetBytes!.Value));
        var text = File.ReadAllLines(Path.Combine(output, RunFiles.ProfileText));
        var program = ProgramWriter.Write(_parts.Plan.Training).Split('\n');
        Assert.That(text.Select(line => line[22..]), Is.EqualTo(program[..^1]));
        Assert.That(text[^2][..12].Trim(), Is.Not.Empty, "the last instruction has its seconds");

        var again = TrainerProcess.Run(Arguments(output));
        Assert.That(again.ExitCode, Is.Zero, again.Errors);
        Assert.That(again.Output, Does.StartWith("all 2 steps are done"));
    }

    /// <summary>
    /// Positions are saved at every refresh, and kills come some fractions of a second after one or two of them, or before the first: while
    /// instructions are executed, while a position or a state is written.
    /// </summary>
    [TestCase(1), TestCase(2)]
    public void A_run_killed_at_random_moments_ends_with_the_same_bits(int seed)
    {
        var output = Output($"killed-{seed}");
        var random = new Random(seed);
        var (kills, resumed) = (0, 0);
        ProcessResult? result = null;
        while (result is null)
        {
            using var process = TrainerProcess.Start([.. Arguments(output), "--save-every", "0"]);
            if (kills == Kills || !WaitForSaves(process, output, random.Next(3), random.Next(700)))
            {
                result = process.Wait();
                break;
            }
            process.Kill();
            kills++;
            resumed += IsResumed(process.Wait()) ? 1 : 0;
        }
        resumed += IsResumed(result) ? 1 : 0;
        TestContext.Out.WriteLine($"{kills} kills, {resumed} of the processes had gone on from within a step");
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(kills, Is.GreaterThan(2));
        Assert.That(resumed, Is.GreaterThan(1));
        RequireFinished(output);

        static bool IsResumed(ProcessResult process) => process.Output.Contains("of 2, instruction", StringComparison.Ordinal);
    }

    /// <summary>The files of a position are damaged: the step begins anew.</summary>
    [Test]
    public void A_damaged_position_costs_the_step_and_no_more()
    {
        var output = Output("damaged");
        using (var process = TrainerProcess.Start([.. Arguments(output), "--save-every", "0"]))
        {
            WaitForPosition(process, output);
            process.Kill();
            process.Wait();
        }
        var states = Path.Combine(output, RunFiles.States);
        var file = Path.Combine(states, RunState.Read(states).Position!.File.Name);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        var result = TrainerProcess.Run(Arguments(output));
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Output, Does.Contain("going on from the beginning of the step"));
        RequireFinished(output);
    }

    [TestCase(TrainerProcess.Interrupt), TestCase(TrainerProcess.Terminate)]
    public void An_interrupted_run_says_so_and_goes_on(int signal) => RequireStops($"signal-{signal}", process => process.Signal(signal));

    [Test]
    public void A_run_ends_when_its_parent_does() => RequireStops("orphan", process => process.CloseInput(), "--attached", "true");

    /// <summary>
    /// The output folder is a file system of its own, which another file fills while the run computes. It is seen by the processes in it
    /// alone, and what they leave is copied out of it.
    /// </summary>
    [Test, Platform("Linux")]
    public void A_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room()
    {
        var (output, copy) = (Directory.CreateDirectory(Output("full")).FullName, Output("full-copied"));
        const string Script = """
            mount -t tmpfs -o size=64m tmpfs "$1" || exit 77
            output=$1; copy=$2; shift 2
            "$@" & trainer=$!
            while [ ! -e "$output/state/state.json" ] && kill -0 $trainer 2>/dev/null; do sleep 0.02; done
            cat /dev/zero > "$output/ballast" 2>/dev/null
            wait $trainer; echo "first: $?"
            rm "$output/ballast"
            "$@"; echo "second: $?"
            cp -r "$output" "$copy"
            """;
        using var process = TrainerProcess.StartProgram(
            "unshare",
            ["-rm", "sh", "-c", Script, "sh", output, copy, "dotnet", TrainerProcess.Assembly, .. Arguments(output), "--save-every", "0"]);
        var result = process.Wait();
        if (!result.Output.Contains("first:", StringComparison.Ordinal))
            Assert.Ignore($"no file system can be mounted here: {result.Errors}");
        Assert.That(result.Output, Does.Contain("first: 2").And.Contain("second: 0"), result.Errors);
        Assert.That(
            result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contains("make room, and the same command goes on from there"));
        RequireFinished(copy);
    }

    [Test]
    public void Two_runs_do_not_share_a_folder()
    {
        var output = Output("shared");
        using var first = TrainerProcess.Start(Arguments(output));
        first.WaitFor("step 1/2");
        RequireRefused(Arguments(output), "another run writes to this folder");
        first.Kill();
        first.Wait();
    }

    [Test]
    public void A_container_of_another_plan_is_refused()
    {
        var other = SmallPlan.Write(Path.Combine(_folder, "other-plan"), rate: 0.25);
        var container = _parts.WriteContainer(_parts.Secret, "other-container", other);
        RequireRefused(With("--container", container), "packed for the plan");
        RequireRefused(With("--plan", other.Folder), "packed for the plan");
        RequireRefused(With("--plan", _folder), "is no plan");
        RequireRefused(With("--container", _folder), "is no encrypted container");
    }

    [Test]
    public void A_changed_container_is_refused()
    {
        foreach (var (name, change, message) in new (string, Action<string>, string)[]
        {
            ("batch-00001.ct", file => File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]), "bytes, and is to have"),
            ("batch-00001.ct", file => Flip(file, 5000), "is not what was written"),
            ("state.ct", File.Delete, "is missing"),
            ("state.ct", file => File.Copy(Path.Combine(Path.GetDirectoryName(file)!, "batch-00000.ct"), file, overwrite: true), "state.ct"),
            ("manifest.json", file => Replace(file, "\"steps\": 2", "\"steps\": 1"), "its files are not those of 1 steps"),
            ("manifest.json", file => File.WriteAllText(file, File.ReadAllText(file)[..100]), "manifest.json"),
            ("manifest.json", file => Replace(file, "\"state.ct\"", "\"../state.ct\""), "is no name of a file"),
            ("manifest.json", file => Replace(file, _parts.Secret.KeyId.ToString(), "none"), "it must be 32 hexadecimal digits"),
        })
        {
            var copy = CopyOf(_parts.Container, "changed-container");
            change(Path.Combine(copy, name));
            RequireRefused(With("--container", copy), message);
        }
    }

    [Test]
    public void Keys_that_do_not_serve_the_plan_are_refused()
    {
        RequireRefused(With("--keys", _folder), KeysManifest.FileName);
        var fewer = _parts.WriteKeys(
            _parts.Secret, "fewer-keys", request => request with { Rotations = [.. request.Rotations.Skip(1)] });
        RequireRefused(With("--keys", fewer), "there is no key of a rotation by");
        var lower = _parts.WriteKeys(
            _parts.Secret, "lower-keys", request => request with { ConjugationLevel = request.ConjugationLevel - 1 });
        RequireRefused(With("--keys", lower), "only one that serves levels up to");
    }

    /// <summary>Of the same parameter set, and with all that the plan asks for: only its name tells it from the right one.</summary>
    [Test]
    public void Another_key_is_refused()
    {
        using var other = SecretKey.Generate(_parts.Plan.Parameters);
        RequireRefused(With("--keys", _parts.WriteKeys(other, "foreign-keys")), "take what was made with one key");
        RequireRefused(With("--container", _parts.WriteContainer(other, "foreign-container")), "take what was made with one key");
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        RequireRefused(With("--memory", "0.2"), "--memory is 0.20 GiB");
        RequireRefused(With("--threads", "0"), "--threads is '0'");
        RequireRefused(With("--model", "x"), "option '--model' is unknown");
        RequireRefused(With("--refresh", Path.Combine(_folder, "nobody.sock")), "no refresh party answers");
    }

    /// <summary>All groups of a step, bootstrapped and stored ones among them.</summary>
    [Test]
    public void A_shadow_of_a_step_is_within_its_bounds()
    {
        using var keys = PublicKeyFolder.OpenEvaluationKeys(_parts.Keys, _parts.Plan.Parameters);
        var stored = Directory.CreateDirectory(Path.Combine(_folder, "shadow")).FullName;
        var (gaps, first) = ShadowTraining.Run(
            new ShadowInput(
                _parts.Plan, EncryptedContainer.Open(_parts.Container, _parts.Plan), keys, _parts.Secret, stored, Threads: 2),
            step: 1);
        Assert.That(first, Is.Null);
        Assert.That(gaps, Has.Count.EqualTo(_parts.Plan.Training.Instructions.Sum(instruction => instruction.Results.Count)));
        Assert.That(Directory.GetFiles(stored), Is.Empty);
    }

    /// <summary>The state in the output folder is one of another run.</summary>
    [Test]
    public void Another_run_s_output_is_refused()
    {
        var output = Output("foreign");
        var states = Directory.CreateDirectory(Path.Combine(output, RunFiles.States)).FullName;
        var state = new RunState
        {
            Kind = RunKind.Training,
            PlanId = _parts.Plan.Id,
            KeyId = _parts.Secret.KeyId.ToString(),
            ContainerId = new string('0', 64),
            Done = 1,
            State = new ContainerFile("state-00001.ct", 1, new string('0', 64)),
        };
        File.WriteAllText(Path.Combine(states, RunState.FileName), state.ToJson());
        RequireRefused(With("--output", output), "of another container");
        File.WriteAllText(Path.Combine(states, RunState.FileName), (state with { PlanId = "x" }).ToJson());
        RequireRefused(With("--output", output), "of another plan");
        File.WriteAllText(Path.Combine(states, RunState.FileName), "{}");
        RequireRefused(With("--output", output), RunState.FileName);
        RequireRefused(With("--evaluate", output), "holds no state of a run");
    }

    private void RequireStops(string name, Action<TrainerProcess> stop, params string[] more)
    {
        var output = Output(name);
        using (var process = TrainerProcess.Start([.. Arguments(output), "--save-every", "0", .. more]))
        {
            WaitForPosition(process, output);
            stop(process);
            var result = process.Wait();
            Assert.That(result.ExitCode, Is.EqualTo(130), result.Errors);
            Assert.That(result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contains("the same command goes on from there"));
        }
        Assert.That(RunState.Read(Path.Combine(output, RunFiles.States)).Done, Is.LessThan(SmallPlan.Steps));
        var second = TrainerProcess.Run(Arguments(output));
        Assert.That(second.ExitCode, Is.Zero, second.Errors);
        RequireFinished(output);
    }

    private static void WaitForPosition(TrainerProcess process, string output)
    {
        var states = Path.Combine(output, RunFiles.States);
        while (!File.Exists(Path.Combine(states, RunState.FileName)) || RunState.Read(states).Position is null)
        {
            Assert.That(process.HasExited, Is.False, "the process ends before a position is saved");
            Thread.Sleep(10);
        }
    }

    /// <summary>Waits until the state was saved so often, and then some; false if the process came to its end.</summary>
    private static bool WaitForSaves(TrainerProcess process, string output, int saves, int milliseconds)
    {
        var file = Path.Combine(output, RunFiles.States, RunState.FileName);
        var (seen, changes) = (File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default, 0);
        process.WaitFor("step");
        while (changes < saves && !process.HasExited)
        {
            if (File.GetLastWriteTimeUtc(file) is var now && now != seen)
                (seen, changes) = (now, changes + 1);
            Thread.Sleep(5);
        }
        Thread.Sleep(milliseconds);
        return !process.HasExited;
    }

    private void RequireFinished(string output)
    {
        Assert.That(
            Directory.GetFiles(output, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(output, file)),
            Is.EquivalentTo(_finished), "no file is missing or left over");
        foreach (var (name, bytes) in _expected)
            Assert.That(File.ReadAllBytes(Path.Combine(output, name)).AsSpan().SequenceEqual(bytes), Is.True, name);
    }

    private static void RequireRefused(IEnumerable<string> arguments, string message)
    {
        using StringWriter output = new(), errors = new();
        Assert.That(ProgramCommand.Run([.. arguments], output, errors), Is.EqualTo(2), output.ToString() + errors);
        Assert.That(errors.ToString().Trim().Split('\n'), Has.Length.EqualTo(1).And.All.StartsWith("error: ").And.All.Contains(message));
        Assert.That(output.ToString(), Is.Empty, "no work was begun");
    }

    private static void Flip(string file, int place)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[place] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Replace(string file, string text, string other) =>
        File.WriteAllText(file, File.ReadAllText(file).Replace(text, other, StringComparison.Ordinal));

    private string CopyOf(string folder, string name)
    {
        var copy = Path.Combine(_folder, name);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        return copy;
    }

    /// <summary>Arguments of a run, with an option changed or added.</summary>
    private string[] With(string option, string value)
    {
        var arguments = Arguments(Output($"refused-{Guid.NewGuid():N}")).ToList();
        var place = arguments.IndexOf(option);
        if (place < 0)
            return [.. arguments, option, value];
        arguments[place + 1] = value;
        return [.. arguments];
    }

    private string Output(string name) => Path.Combine(_folder, $"output-{name}");

    private string[] Arguments(string output) =>
    [
        "--plan", _parts.Plan.Folder, "--container", _parts.Container, "--keys", _parts.Keys, "--output", output, "--threads", "2",
    ];
}
