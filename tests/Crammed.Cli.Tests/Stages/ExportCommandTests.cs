using System.Security.Cryptography;
using Crammed.Bert;
using Crammed.Cli.Hosting;
using Crammed.Tables;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed export-glue</c> through the program: which files it writes, and what it refuses to go on with.</summary>
internal sealed class ExportCommandTests : ProgramTests
{
    private static string[] Command =>
        ["export-glue", $"model={SmallRun.ModelFolder}", $"data.glue={SmallRun.GlueFolder}", "impl.threads=1"];

    [TestCase("True", "train", "for training")]
    [TestCase("False", "dev", "for evaluation")]
    public async Task One_split_alone_is_written(string savesTrainData, string split, string said)
    {
        await Succeed([.. Command, "eval/tasks=sst2", $"eval.save_train_data={savesTrainData}"]);
        string[] names = ["config.yaml", split];
        Assert.That(Directory.GetFileSystemEntries(Outputs("export")).Select(Path.GetFileName), Is.EquivalentTo(names));
        Assert.That(Shell.Output, Does.Match($@"examples  \d+ {said}\n"));
    }

    [Test]
    public async Task Several_tasks_have_a_folder_each_with_its_settings_and_the_files_of_single_exports()
    {
        await Succeed([.. Command, "name=two", "eval/tasks=sst2,stsb"]);
        Assert.That(Directory.GetFiles(Outputs("two")).Select(Path.GetFileName), Is.EqualTo(new[] { "config.yaml" }));
        foreach (var single in new[] { SmallRun.Sentiment, SmallRun.Similarity })
        {
            var folder = Path.Combine(Outputs("two"), single.Task.Name);
            Assert.That(File.ReadAllText(Path.Combine(folder, "config.yaml")), Does.StartWith($"# eval/tasks={single.Task.Name}\n"));
            Assert.That(Content(Path.Combine(folder, "train")), Is.EqualTo(Content(single.TrainFolder)));
            Assert.That(Content(Path.Combine(folder, "dev")), Is.EqualTo(Content(single.DevFolder)));
        }
        Assert.That(Shell.Output, Does.Contain("outputs/two/sst2/train and dev").And.Contain("stsb (scores)"));
    }

    [Test]
    public async Task The_norms_output_is_exported_for_those_who_ask_and_refused_by_those_who_do_not()
    {
        await Succeed([.. Command, "eval/tasks=sst2", "prefix=norm"]);
        var exported = ExportedTaskReader.Open(Path.Combine(Outputs("export"), "train"), ClientPrefix.Norm).Description;
        Assert.That(exported.Prefix, Is.EqualTo(ClientPrefix.Norm));
        Assert.That(exported.Selection, Is.EqualTo(new ExportedSelection(40, 40, 1, exported.Selection.DataSha256)));
        foreach (var command in new[] { "draw", "finetune" })
        {
            var code = await Shell.RunAsync(command, $"model={SmallRun.ModelFolder}", "eval/tasks=sst2");
            Assert.That(code, Is.EqualTo(ExitCode.BadInput));
            Assert.That(Shell.Error, Does.EndWith(
                "train: was exported with prefix=norm, where prefix=embedding is needed; export the task again.\n"));
        }
    }

    /// <summary>A complete export is resumed as well: it is found complete, and stays as it is.</summary>
    [Test]
    public async Task A_complete_export_is_found_complete()
    {
        await Succeed([.. Command, "eval/tasks=sst2"]);
        var files = Directory.GetFiles(Outputs("export"), "part-*", SearchOption.AllDirectories);
        DateTime[] before = [.. files.Select(File.GetLastWriteTimeUtc)];
        await Succeed([.. Command, "eval/tasks=sst2", "resume=outputs/export"]);
        Assert.That(Shell.Output, Does.Contain("40 for training, 20 for evaluation"));
        Assert.That(files.Select(File.GetLastWriteTimeUtc), Is.EqualTo(before));
    }

    [TestCase("config.yaml was made with train_limit = null, and this run has 30", "resume=outputs/export", "train_limit=30")]
    [TestCase("outputs/export/config.yaml was made with prefix = embedding, and this run has norm", "resume=outputs/export", "prefix=norm")]
    [TestCase("made with eval.save_train_data = null, and this run has true", "resume=outputs/export", "eval.save_train_data=true")]
    [TestCase("made with eval.tasks.name = sst2, and this run has stsb", "resume=outputs/export", "eval/tasks=stsb")]
    [TestCase("sst2/config.yaml is missing: the run was made with other tasks", "resume=outputs/export", "eval/tasks=sst2,stsb")]
    [TestCase("'resume' is outputs/export, and this run writes to outputs/other; give name=export", "resume=outputs/export", "name=other")]
    [TestCase("'resume' is outputs/none, where there is no config.yaml; name the folder of an", "resume=outputs/none", "name=none")]
    [TestCase("outputs/export already holds a run")]
    public async Task What_cannot_be_resumed_is_one_line_and_changes_nothing(string expected, params string[] words)
    {
        await Succeed([.. Command, "eval/tasks=sst2"]);
        var files = Directory.GetFiles(Outputs(""), "*", SearchOption.AllDirectories);
        byte[][] before = [.. files.Select(File.ReadAllBytes)];
        string[] task = words.Any(word => word.StartsWith("eval/tasks=", StringComparison.Ordinal)) ? [] : ["eval/tasks=sst2"];
        Assert.That(await Shell.RunAsync([.. Command, .. task, .. words]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error.TrimEnd('\n'), Does.StartWith("error: ").And.Contain(expected).And.Not.Contain("\n"));
        Assert.That(Directory.GetFiles(Outputs(""), "*", SearchOption.AllDirectories), Is.EquivalentTo(files));
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(before));
    }

    [Test]
    public async Task A_run_of_several_tasks_is_not_resumed_with_one()
    {
        await Succeed([.. Command, "eval/tasks=sst2,stsb"]);
        Assert.That(await Shell.RunAsync([.. Command, "eval/tasks=sst2", "resume=outputs/export"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Is.EqualTo("error: outputs/export was made with several tasks; give those, or another name=\n"));
    }

    /// <summary>The folder's settings are the same, and yet what they name has changed.</summary>
    [Test]
    public async Task Other_data_or_another_model_under_the_same_name_is_refused()
    {
        string model = Shell.Folder.Combine("model"), glue = SmallData.WriteGlue(Shell.Folder);
        SmallRun.Copy(SmallRun.ModelFolder, model);
        string[] command = ["export-glue", "model=model", "data.glue=glue", "eval/tasks=sst2", "impl.threads=1"];
        await Succeed(command);
        string dev = Path.Combine(glue, "sst2/dev.tsv"), text = File.ReadAllText(dev);
        File.WriteAllText(dev, text.Replace("bird", "wolf", StringComparison.Ordinal));
        Assert.That(await Shell.RunAsync([.. command, "resume=outputs/export"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("dev: was written with data_sha256 = '").And.Contain("', and now it is '"));
        File.WriteAllText(dev, text);
        using (var weights = new BertModel(SmallRun.Pretraining.Configuration, seed: 77))
            Checkpoint.Save(weights, Checkpoint.Tokenizer(SmallRun.ModelFolder), model);
        Assert.That(await Shell.RunAsync([.. command, "resume=outputs/export"]), Is.EqualTo(ExitCode.BadInput));
        Assert.That(Shell.Error, Does.Contain("train: was written with model_sha256 = '"));
    }

    private static IEnumerable<(string Name, string Sha256)> Content(string folder) => Directory.GetFiles(folder).Order()
        .Select(file => (Path.GetFileName(file), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))));

    private string Outputs(string name) => Shell.Folder.Combine($"outputs/{name}");

    private async Task Succeed(params string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);
}
