namespace Crammed.EndToEnd;

/// <summary>The whole demo at a small, insecure size, as processes: what a user would see, and who held which key.</summary>
[TestFixture]
public sealed class SmallDemoTests
{
    private const string WordNet = "/usr/share/wordnet/data.noun";

    private static readonly string[] Small =
    [
        "name=small", "he.parameters=insecure-N11", "arch.hidden=8", "arch.feed_forward=16", "arch.sequence_length=16",
        "arch.head_projection=4", "arch.head_hidden=32", "train.steps=12", "train.batch=4",
        "train.document_batch=8", "train.vocabulary_size=600", "eval.finetune.steps=2", "eval.finetune.batch=16",
        "eval.finetune.train_limit=64", "eval.encrypted_examples=16", "planning.search=300", "planning.solver_seconds=0",
        // A model that was hardly trained has gradients near the noise of a ring with 36-bit primes; small initial weights leave those of
        // the key's adapters below it.
        "planning.least_signal_bits=0", "arch.initializer_standard_deviation=0.5",
    ];

    private string _folder = "";
    private (int ExitCode, string Output, string Errors) _run;

    private string Run => Path.Combine(_folder, "outputs", "small");

    [OneTimeSetUp]
    public void RunDemo()
    {
        if (!File.Exists(WordNet))
            Assert.Ignore("WordNet is not installed (Debian package wordnet-base).");
        _folder = Directory.CreateTempSubdirectory("crammed-demo-").FullName;
        _run = Crammed(["demo", .. Small]);
    }

    [OneTimeTearDown]
    public void Clean()
    {
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void The_demo_ends_well_and_says_where_its_report_is()
    {
        Assert.That(_run.ExitCode, Is.Zero, _run.Errors);
        Assert.That(_run.Output, Does.Contain("outputs/small/report.md"));
        foreach (var file in new[] { "report.md", "loss.svg", "loss.png", "gap.svg", "time.svg", "levels.svg", "score.svg", "config.yaml", "draw.safetensors", "plan/plan.md", "encrypted/adapters.safetensors" })
            Assert.That(new FileInfo(Path.Combine(Run, file)), Has.Length.GreaterThan(0), file);
    }

    [Test]
    public void The_report_calls_the_small_parameters_insecure_and_every_loss_explained()
    {
        var report = File.ReadAllText(Path.Combine(Run, "report.md"));
        Assert.That(report, Does.Contain("insecure").IgnoreCase);
        Assert.That(report, Does.Contain("semi-honest"));
        Assert.That(_run.Output, Does.Contain("2 of 2 steps within the bound"));
        Assert.That(report, Does.Contain("## Predicted and measured"));
        Assert.That(_run.Errors, Does.Match("predicted: [0-9.]+ s a step, .* refreshes a step; .* of memory; last loss between"));
    }

    [Test]
    public void The_secret_key_is_its_owner_s_alone()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("file modes are Unix's");
        else
            Assert.That(File.GetUnixFileMode(Path.Combine(Run, "keys", "private", "secret.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    /// <summary>
    /// The training program gets a folder without any secret key and without the model; the key stays with the refresh party, another
    /// process, which ends when its parent lets go of it.
    /// </summary>
    [Test]
    public void Training_needs_no_secret_key_and_no_model()
    {
        var (server, socket) = (ServerFolder("server"), Path.Combine(_folder, "refresh.sock"));
        using var party = StartParty(socket);
        try
        {
            var training = Installation.Run("crammed-train.dll", server, TrainingArguments(socket));
            Assert.That(training.ExitCode, Is.Zero, training.Errors);
            Assert.That(training.Output, Does.Contain("step 2/2"));
            Assert.That(Path.Combine(server, "results", "state", "state.json"), Does.Exist);
            party.StandardInput.Close();
            Assert.That(party.WaitForExit(TimeSpan.FromMinutes(1)), "it ends with its parent");
        }
        finally
        {
            party.Kill();
            party.WaitForExit();
        }
    }

    /// <summary>The key holder's process dies while a step waits for it: one clear line, and a run that can go on once it is back.</summary>
    [Test]
    public void A_refresh_party_that_vanishes_does_not_end_the_run_for_good()
    {
        var (server, socket) = (ServerFolder("forsaken"), Path.Combine(_folder, "vanishing.sock"));
        using (var party = StartParty(socket))
        using (var training = Installation.Start("crammed-train.dll", server, TrainingArguments(socket)))
        {
            while (training.StandardOutput.ReadLine() is { } line && !line.StartsWith("step 1/2, instruction 0", StringComparison.Ordinal))
                continue;
            party.Kill();
            party.WaitForExit();
            var errors = training.StandardError.ReadToEnd();
            Assert.That(training.WaitForExit(TimeSpan.FromMinutes(2)), "it waits for nobody");
            Assert.That(training.ExitCode, Is.EqualTo(1), errors);
            Assert.That(errors.Trim(), Does.StartWith("error: ").And.Contain("refresh party").And.Contain("goes on"));
            Assert.That(errors.Trim().Split('\n'), Has.Length.EqualTo(1));
        }
        using var second = StartParty(socket);
        try
        {
            var resumed = Installation.Run("crammed-train.dll", server, TrainingArguments(socket));
            Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
            Assert.That(resumed.Output, Does.Contain("step 2/2"));
        }
        finally
        {
            second.Kill();
            second.WaitForExit();
        }
    }

    /// <summary>What a stopped call left is taken up: here everything, but for the evaluation, which is made again.</summary>
    [Test]
    public void The_stages_are_kept_with_what_they_were_made_from()
    {
        var stages = File.ReadAllText(Path.Combine(Run, "stages.json"));
        foreach (var stage in new[] { "draw", "plan", "finetune (clear slots)", "keygen", "convert", "finetune (encrypted)", "evaluate (encrypted)" })
            Assert.That(stages, Does.Contain($"\"{stage}\""));
        Assert.That(stages, Does.Not.Contain("\"is_done\": false"));
    }

    /// <summary>
    /// Other keys of the same plan, as after keygen --overwrite without a new convert, and keys of another plan: nothing is made for such a
    /// run.
    /// </summary>
    [Test]
    public void Other_keys_are_refused()
    {
        var keygen = Crammed(["keygen", "name=second", $"plan={Run}/plan"]);
        Assert.That(keygen.ExitCode, Is.Zero, keygen.Errors);
        RefusedInOneLine(Finetune("refused", $"{Run}/container", "outputs/second"), "encrypted under another key");
        Assert.That(Path.Combine(_folder, "outputs", "refused"), Does.Not.Exist, "nothing is made for a refused run");
        RefusedInOneLine(Installation.Run(
            "crammed-train.dll", _folder, "--plan", $"{Run}/plan", "--container", $"{Run}/container", "--keys", "outputs/second/public",
            "--refresh", "nobody.sock", "--output", "results"), "take what was made with one key");
    }

    /// <summary>The key holder's tool: the second step beside clear slots, all that it makes compared.</summary>
    [Test]
    public void A_shadow_of_a_step_stays_within_its_bounds()
    {
        var shadow = Crammed(
            ["shadow", "name=shadow", $"plan={Run}/plan", $"keys={Run}/keys", $"container={Run}/container", "step=1"]);
        Assert.That(shadow.ExitCode, Is.Zero, shadow.Output + shadow.Errors);
        Assert.That(shadow.Output, Does.Contain("gradient of adapters ").And.Contain("gradient of head.classifier ").And.Contain("logits "));
        var rows = File.ReadAllLines(Path.Combine(_folder, "outputs", "shadow", "shadow.csv"));
        Assert.That(shadow.Output, Does.Contain($"outputs/shadow/shadow.csv: {rows.Length - 1} groups"));
        Assert.That(rows, Has.Length.GreaterThan(500));
        RefusedInOneLine(
            Crammed(["shadow", "name=late", $"plan={Run}/plan", $"keys={Run}/keys", $"container={Run}/container", "step=2"]),
            "step is 2; the plan has 2");
    }

    /// <summary>Step by step with the demo's parts: each of the commands leaves the demo's report beside its results.</summary>
    [Test]
    public void Training_and_evaluation_step_by_step_write_the_report_too()
    {
        var training = Finetune("stepwise", $"{Run}/container", $"{Run}/keys");
        Assert.That(training.ExitCode, Is.Zero, training.Errors);
        var report = Report("stepwise");
        foreach (var part in new[] { "Fine-tuning on encrypted data", "All 2 steps lie within their bound.", "## Scores", "semi-honest", "secret key (file mode 0600)" })
            Assert.That(report, Does.Contain(part));
        var evaluation = Crammed([
            "evaluate", "name=stepwise-score", "fhe=execute", $"model={Run}/model", $"export={Run}/export", $"plan={Run}/plan",
            $"container={Run}/container", $"keys={Run}/keys", "run=outputs/stepwise",
        ]);
        Assert.That(evaluation.ExitCode, Is.Zero, evaluation.Errors);
        Assert.That(evaluation.Output, Does.Contain("16 of 16 classes as in plaintext").And.Contain("outputs/stepwise-score/predictions.csv"));
        Assert.That(Report("stepwise-score"), Does.Contain("Evaluation on encrypted data").And.Contain("| on ciphertexts | "));
        Assert.That(File.ReadAllLines(Path.Combine(_folder, "outputs", "stepwise-score", "predictions.csv")), Has.Length.EqualTo(17));
    }

    /// <summary>From a text file to answers, under keys of its own: adapters that were decrypted are encrypted again as parameters.</summary>
    [Test]
    public void Texts_are_answered_on_ciphertexts_from_end_to_end()
    {
        File.WriteAllLines(Path.Combine(_folder, "texts.txt"), ["a large bird of prey", "a tool with a heavy head", "a plant with thorns"]);
        string[] command = [
            "predict", "name=answers", "fhe=execute", "input=texts.txt", $"model={Run}/model", $"adapters={Run}", "he.parameters=insecure-N11",
            "planning.search=300", "planning.solver_seconds=0", "planning.least_signal_bits=0",
        ];
        var prediction = Crammed(command);
        Assert.That(prediction.ExitCode, Is.Zero, prediction.Errors);
        Assert.That(prediction.Output, Does.Match(@"plaintext +3 of 3 as in plaintext; largest difference of a logit [0-9.]+e-[4-9]"));
        Assert.That(Report("answers"), Does.Contain("Evaluation on encrypted data").And.Contain("evaluation keys, sent to the server"));
        Assert.That(File.ReadAllLines(Path.Combine(_folder, "outputs", "answers", "predictions.csv")), Has.Length.EqualTo(4));
        var again = Crammed(command);
        Assert.That(again.ExitCode, Is.Zero, again.Errors);
        foreach (var stage in new[] { "embed", "plan", "keygen", "convert", "predict (encrypted)" })
            Assert.That(again.Errors, Does.Contain($"== {stage}: kept"));
        RefusedInOneLine(
            Installation.Run(
                "crammed-train.dll", _folder, "--plan", "outputs/answers/plan", "--container", "outputs/answers/container", "--keys",
                "outputs/answers/keys/public", "--refresh", "nobody.sock", "--output", "results"),
            "a plan of an evaluation alone, which trains nothing");
    }

    [Test]
    public void A_damaged_container_is_refused_in_one_line()
    {
        var container = Path.Combine(_folder, "damaged");
        Copy(Path.Combine(Run, "container"), container);
        var batch = Path.Combine(container, "batch-00000.ct");
        var bytes = File.ReadAllBytes(batch);
        File.WriteAllBytes(batch, bytes[..(bytes.Length / 2)]);
        RefusedInOneLine(Finetune("damaged", container, $"{Run}/keys"), "batch-00000.ct");
    }

    private string Report(string run) => File.ReadAllText(Path.Combine(_folder, "outputs", run, "report.md"));

    /// <summary>What a server is given: no secret key, no model.</summary>
    private string ServerFolder(string name)
    {
        var server = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        Copy(Path.Combine(Run, "keys", "public"), Path.Combine(server, "keys"));
        Copy(Path.Combine(Run, "container"), Path.Combine(server, "container"));
        Copy(Path.Combine(Run, "plan"), Path.Combine(server, "plan"));
        return server;
    }

    private static string[] TrainingArguments(string socket) =>
        ["--plan", "plan", "--container", "container", "--keys", "keys", "--refresh", socket, "--output", "results"];

    private System.Diagnostics.Process StartParty(string socket)
    {
        var start = Installation.StartInfo(
            "crammed.dll", _folder, "refresh", "--config-dir", Installation.Configs, $"keys={Run}/keys", $"plan={Run}/plan", $"socket={socket}",
            "attached=true");
        start.RedirectStandardInput = true;
        var party = System.Diagnostics.Process.Start(start)!;
        Assert.That(party.StandardOutput.ReadLine(), Is.EqualTo("listening"));
        return party;
    }

    private (int ExitCode, string Output, string Errors) Finetune(string name, string container, string keys) => Crammed([
        "finetune", $"name={name}", "fhe=execute", $"model={Run}/model", $"export={Run}/export", $"draw={Run}/draw.safetensors",
        $"plan={Run}/plan", $"container={container}", $"keys={keys}",
    ]);

    private static void RefusedInOneLine((int ExitCode, string Output, string Errors) run, string message)
    {
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Errors);
        Assert.That(run.Errors.Trim(), Does.StartWith("error: ").And.Contain(message));
        Assert.That(run.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
    }

    private (int ExitCode, string Output, string Errors) Crammed(string[] arguments) =>
        Installation.Run("crammed.dll", _folder, [.. arguments, "--config-dir", Installation.Configs]);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
