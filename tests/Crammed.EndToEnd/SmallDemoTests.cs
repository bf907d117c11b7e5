namespace Crammed.EndToEnd;

/// <summary>The whole demo at a small, insecure size, as processes: what a user would see, and who held which key.</summary>
[TestFixture]
public sealed class SmallDemoTests
{
    private const string WordNet = "/usr/share/wordnet/data.noun";

    private static readonly string[] Small =
    [
        "name=small", "he.parameters=insecure-N11", "arch.hidden=8", "arch.feed_forward=16", "arch.sequence_length=16",
        "arch.head_projection=3", "arch.head_hidden=4", "train.steps=12", "train.batch=4",
        "train.document_batch=8", "train.vocabulary_size=600", "eval.finetune.steps=2", "eval.finetune.batch=16",
        "eval.finetune.train_limit=64", "eval.encrypted_examples=16",
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
        foreach (var file in new[] { "report.md", "loss.svg", "loss.png", "difference.svg", "config.yaml", "draw.safetensors", "encrypted/adapters.safetensors" })
            Assert.That(new FileInfo(Path.Combine(Run, file)), Has.Length.GreaterThan(0), file);
    }

    [Test]
    public void The_report_calls_the_small_parameters_insecure_and_every_loss_explained()
    {
        var report = File.ReadAllText(Path.Combine(Run, "report.md"));
        Assert.That(report, Does.Contain("insecure").IgnoreCase);
        Assert.That(report, Does.Contain("semi-honest"));
        Assert.That(_run.Output, Does.Contain("2 of 2 steps within the bound"));
    }

    [Test]
    public void The_secret_key_is_its_owner_s_alone()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("file modes are Unix's");
        else
            Assert.That(File.GetUnixFileMode(Path.Combine(Run, "keys", "private", "secret.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    /// <summary>The training program gets a folder without any secret key; the key stays with the refresh party, another process.</summary>
    [Test]
    public void Training_needs_no_secret_key()
    {
        var server = Directory.CreateDirectory(Path.Combine(_folder, "server")).FullName;
        Copy(Path.Combine(Run, "keys", "public"), Path.Combine(server, "keys"));
        Copy(Path.Combine(Run, "container"), Path.Combine(server, "container"));
        Copy(Path.Combine(Run, "model"), Path.Combine(server, "model"));
        var socket = Path.Combine(_folder, "refresh.sock");
        using var party = Installation.Start(
            "crammed.dll", _folder, "refresh", "--config-dir", Installation.Configs, $"keys={Run}/keys", $"container={Run}/container", $"socket={socket}");
        try
        {
            Assert.That(party.StandardOutput.ReadLine(), Is.EqualTo("listening"));
            var training = Installation.Run(
                "crammed-train.dll", server, "--container", "container", "--model", "model", "--keys", "keys", "--refresh", socket,
                "--output", "results");
            Assert.That(training.ExitCode, Is.Zero, training.Errors);
            Assert.That(training.Output, Does.Contain("step 2/2"));
            Assert.That(Path.Combine(server, "results", "parameters.ct"), Does.Exist);
        }
        finally
        {
            party.Kill();
            party.WaitForExit();
        }
    }

    [Test]
    public void Another_run_s_keys_are_refused()
    {
        var keygen = Crammed(
            ["keygen", "name=other", $"model={Run}/model", $"draw={Run}/draw.safetensors", "he.parameters=insecure-N12"]);
        Assert.That(keygen.ExitCode, Is.Zero, keygen.Errors);
        var finetune = Crammed([
            "finetune", "name=refused", "fhe=execute", $"model={Run}/model", $"export={Run}/export", $"draw={Run}/draw.safetensors",
            $"container={Run}/container", "keys=outputs/other",
        ]);
        Assert.That(finetune.ExitCode, Is.EqualTo(2));
        Assert.That(finetune.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(finetune.Errors, Does.Contain("secret.key"));
        Assert.That(Path.Combine(_folder, "outputs", "refused"), Does.Not.Exist, "nothing is made for a refused run");
    }

    /// <summary>
    /// Other keys of the same parameter set, as after keygen --overwrite without a new convert: no program of the run takes them, neither
    /// all nor the public ones alone.
    /// </summary>
    [Test]
    public void Other_keys_of_the_same_set_are_refused()
    {
        var keygen = Crammed(
            ["keygen", "name=second", $"model={Run}/model", $"draw={Run}/draw.safetensors", "he.parameters=insecure-N11"]);
        Assert.That(keygen.ExitCode, Is.Zero, keygen.Errors);
        var finetune = Crammed([
            "finetune", "name=refused", "fhe=execute", $"model={Run}/model", $"export={Run}/export", $"draw={Run}/draw.safetensors",
            $"container={Run}/container", "keys=outputs/second",
        ]);
        RefusedInOneLine(finetune);
        Assert.That(Path.Combine(_folder, "outputs", "refused"), Does.Not.Exist, "nothing is made for a refused run");
        RefusedInOneLine(Crammed(
            ["refresh", "keys=outputs/second", $"container={Run}/container", $"socket={Path.Combine(_folder, "second.sock")}"]));
        RefusedInOneLine(Installation.Run(
            "crammed-train.dll", _folder, "--container", $"{Run}/container", "--model", $"{Run}/model", "--keys", "outputs/second/public",
            "--refresh", "nobody.sock", "--output", "results"));

        static void RefusedInOneLine((int ExitCode, string Output, string Errors) run)
        {
            Assert.That(run.ExitCode, Is.EqualTo(2), run.Errors);
            Assert.That(
                run.Errors.Trim(),
                Does.Match("^error: .*: the encrypted container belongs to key [0-9a-f]{8}, these keys to key [0-9a-f]{8}; .*$"));
            Assert.That(run.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void A_damaged_container_is_refused_in_one_line()
    {
        var container = Path.Combine(_folder, "damaged");
        Copy(Path.Combine(Run, "container"), container);
        var batch = Path.Combine(container, "batch-00000.ct");
        var bytes = File.ReadAllBytes(batch);
        File.WriteAllBytes(batch, bytes[..(bytes.Length / 2)]);
        var finetune = Crammed([
            "finetune", "name=damaged", "fhe=execute", $"model={Run}/model", $"export={Run}/export", $"draw={Run}/draw.safetensors",
            $"container={container}", $"keys={Run}/keys",
        ]);
        Assert.That(finetune.ExitCode, Is.EqualTo(2), finetune.Errors);
        Assert.That(finetune.Errors, Does.Contain("batch-00000.ct"));
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
