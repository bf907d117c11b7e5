using Crammed.Cli.Hosting;
using Crammed.Model;

namespace Crammed.Cli.Tests.Stages;

/// <summary><c>crammed predict</c> through the program: what it answers, and what it refuses without writing anything.</summary>
internal sealed class PredictCommandTests : ProgramTests
{
    private const string Adapters = "adapters=outputs/plaintext/adapters.safetensors";

    private static string[] Model => [$"model={PlannedRun.Model}", "eval/tasks=sst2", "impl.threads=1"];

    [SetUp]
    public async Task Train()
    {
        await Succeed(["finetune", "name=plaintext", $"model={PlannedRun.Model}", $"export={PlannedRun.Export}", $"draw={PlannedRun.Draw}"]);
        Shell.Folder.Write("texts.txt", string.Join('\n', Enumerable.Range(60, 9).Select(SmallData.Sentence)) + "\n");
    }

    /// <summary>The texts of the evaluation split, its labels taken away.</summary>
    [Test]
    public async Task Answers_are_those_of_an_evaluation_of_the_same_texts()
    {
        await Succeed(["evaluate", "source=text", .. Model, $"data.glue={PlannedRun.GlueFolder}", Adapters]);
        var labelled = File.ReadAllLines(Path.Combine(PlannedRun.GlueFolder, "sst2", "dev.tsv"));
        var rows = labelled.Skip(1).Select((line, i) => $"{100 + i}\t{line.Split('\t')[0]}");
        Shell.Folder.Write("test.tsv", string.Join('\n', rows.Prepend("number\tsentence")) + "\n");
        await Succeed(["predict", .. Model, "input=test.tsv", "id=number", Adapters]);
        CsvFile evaluated = new(Output("evaluate/predictions.csv")), predicted = new(Output("predict/predictions.csv"));
        Assert.That(predicted.Header, Is.EqualTo("index,number,prediction,probability_0,probability_1,logit_0,logit_1"));
        foreach (var column in new[] { "index", "logit_0", "logit_1", "prediction" })
            Assert.That(predicted.Numbers(column), Is.EqualTo(evaluated.Numbers(column)), column);
        Assert.That(predicted.Numbers("number"), Is.EqualTo(Enumerable.Range(100, labelled.Length - 1)));
        Assert.That(
            predicted.Numbers("probability_0").Zip(predicted.Numbers("probability_1"), (no, yes) => no + yes), Is.All.EqualTo(1).Within(1e-12));
        Assert.That(Shell.Output, Does.Match(@"texts +20 of .*test\.tsv, in plaintext\nsst2 +\d+ 0, \d+ 1\nfiles +outputs/predict/predictions\.csv"));
        await Succeed(["predict", "name=split", .. Model, $"data.glue={PlannedRun.GlueFolder}", Adapters]);
        Assert.That(new CsvFile(Output("split/predictions.csv")).Texts("logit_1"), Is.EqualTo(evaluated.Texts("logit_1")));
    }

    [Test]
    public async Task A_line_of_a_text_file_is_a_text_and_can_be_copied()
    {
        await Succeed(["predict", .. Model, "input=texts.txt", "copy_text=true", "limit=3", "adapters=outputs/plaintext"]);
        CsvFile predicted = new(Output("predict/predictions.csv"));
        Assert.That(predicted.Texts("text"), Is.EqualTo(Enumerable.Range(60, 3).Select(SmallData.Sentence)));
        await Refuse("outputs/predict already holds a run", ["predict", .. Model, "input=texts.txt", Adapters]);
    }

    /// <summary>Adapters of fine-tuning from text, and a model trained whole; on clear slots where programs can have them.</summary>
    [Test]
    public async Task What_fine_tuning_from_text_wrote_answers_too()
    {
        string[] tune = ["finetune", .. Model, $"data.glue={PlannedRun.GlueFolder}", "finetune.batch=8", "finetune.steps=2"];
        await Succeed([.. tune, "name=lora", "mode=lora"]);
        await Succeed([.. tune, "name=full", "mode=full"]);
        string[] lora = [.. Model, "input=texts.txt", "adapters=outputs/lora/sst2/seed-0"];
        string[] full = [.. Model, "input=texts.txt", "adapters=outputs/full/sst2/seed-0"];
        await Succeed(["predict", "name=one", .. full]);
        await Succeed(["predict", "name=two", .. lora]);
        await Succeed(["predict", "name=three", "fhe=disable", .. OnSlots, .. lora]);
        Assert.That(Difference("two", "three"), Is.LessThan(5e-3));
        await Refuse("every weight was trained", ["predict", "name=four", "fhe=disable", .. OnSlots, .. full]);
        Assert.That(Output("four"), Does.Not.Exist);
    }

    /// <summary>A plan of the evaluation alone; the second call keeps what the first one made.</summary>
    [Test]
    public async Task On_clear_slots_a_plan_of_the_evaluation_alone_answers_as_plaintext_does()
    {
        string[] command = ["predict", "name=clear", "fhe=disable", .. OnSlots, .. Model, "input=texts.txt", Adapters];
        await Succeed(command);
        Assert.That(Shell.Output, Does.Match(@"plaintext +9 of 9 as in plaintext; largest difference of a logit [0-9.e-]+"));
        await Succeed(["predict", .. Model, "input=texts.txt", Adapters]);
        // As far as polynomials are from their functions.
        Assert.That(Difference("clear", "predict"), Is.GreaterThan(0).And.LessThan(5e-3));
        var report = File.ReadAllText(Output("clear/report.md"));
        Assert.That(report, Does.StartWith("# Evaluation on clear slots: clear").And.Contain("Nothing was encrypted"));
        var plan = Encrypted.Containers.PlanFolder.Open(Output("clear/plan"));
        Assert.That(plan.IsEvaluationAlone);
        Assert.That(plan.State.Select(value => value.Name), Has.None.Contain("moment"));
        Assert.That(File.ReadAllText(Output("clear/plan/plan.md")), Does.StartWith("# Plan of an encrypted evaluation"));
        await Succeed(command);
        Assert.That(Shell.Error, Does.Contain("== embed: kept").And.Contain("== plan: kept"));
        Shell.Folder.Write("texts.txt", SmallData.Sentence(3) + "\n");
        await Succeed(command);
        Assert.That(Shell.Error, Does.Not.Contain("kept"), "other texts are another run");
        Assert.That(new CsvFile(Output("clear/predictions.csv")).Count, Is.EqualTo(1));
    }

    [TestCase("none.tsv", null, "none.tsv: not found; give a file of texts")]
    [TestCase("a.tsv", "", "a.tsv: no rows; expected texts")]
    [TestCase("a.tsv", "sentence\n", "a.tsv: no rows; expected texts")]
    [TestCase("a.tsv", "text\tlabel\nthe bird\t1\n", "a.tsv, line 1: column 'sentence' is missing; the columns are 'text, label'; name what is read with text=[...]")]
    [TestCase("a.tsv", "sentence\nthe bird\tfalls\n", "a.tsv, line 2: 2 fields; expected 1")]
    [TestCase("a.csv", "sentence\nthe bird\n \n", "a.csv, line 3: the text 'sentence' is empty; fill it in, or take the row out")]
    [TestCase("a.csv", "sentence\n\"the bird\n", "a.csv, line 2: a quote is opened and not closed")]
    [TestCase("a.jsonl", "{\"text\": \"the bird\"}\n", "a.jsonl, line 1: field 'sentence' is missing; name what is read with text=[...]")]
    [TestCase("a.txt", "the bird\n\nthe dog\n", "a.txt, line 2: the text 'sentence' is empty")]
    [TestCase("a.txt", "the \u00ff\n", "a.txt, line 1: not UTF-8")]
    [TestCase("a.txt", "", "a.txt: no rows; expected texts")]
    [TestCase("a.parquet", "PAR1", "a.parquet' too small to be a Parquet file")]
    [TestCase("a.doc", "the bird", "a.doc: the ending '.doc' says nothing of what is in it; name it .txt (a text a line), .tsv")]
    public async Task A_bad_file_is_one_line_and_nothing_is_written(string name, string? text, string expected)
    {
        if (text is not null)
            File.WriteAllBytes(Shell.Folder.Combine(name), System.Text.Encoding.Latin1.GetBytes(text));
        await Refuse(expected, ["predict", .. Model, $"input={name}", Adapters]);
        Assert.That(Output("predict"), Does.Not.Exist);
    }

    [TestCase("a.txt has no column 'id'; leave it out, or give a table", "id=id")]
    [TestCase("'text' names 2 columns; the task sst2 takes 1", "text=[a,b]")]
    [TestCase("a line of a .txt is one text, and the task takes pairs", "eval/tasks=stsb")]
    [TestCase("outputs/none: not found; crammed finetune writes it", "adapters=outputs/none")]
    [TestCase("glue: has no trained adapters; name a file of adapters", "adapters=glue")]
    [TestCase("nothing reads 'he.memory' in this run; it is read with fhe other than null", "he.memory=3")]
    [TestCase("nothing reads 'data.glue' in this run; it is read with input=null", "data.glue=glue")]
    public async Task Settings_that_do_not_fit_are_one_line(string expected, params string[] words)
    {
        Shell.Folder.Write("a.txt", "the bird\n");
        Directory.CreateDirectory(Shell.Folder.Combine("glue"));
        string[] command = ["predict", .. Model, "input=a.txt", Adapters];
        var keys = words.Select(word => word.Split('=')[0]).ToHashSet();
        await Refuse(expected.Replace("a.txt has", "a.txt: a .txt has"), [.. command.Where(word => !keys.Contains(word.Split('=')[0])), .. words]);
    }

    [Test]
    public async Task Labels_of_another_task_are_refused()
    {
        var weights = TrainedWeights.Read(Output("plaintext/adapters.safetensors"));
        new TrainedWeights(weights.Settings, weights.Shape, weights.Values, ["bad", "good"]).Write(Shell.Folder.Combine("named.safetensors"));
        await Refuse(
            "its outputs stand for bad, good, and the task's labels are 0, 1",
            ["predict", .. Model, "input=texts.txt", "adapters=named.safetensors"]);
    }

    private static string[] OnSlots => ["he.parameters=insecure-N12", .. PlannedRun.Quick.Select(word => $"planning.{word}")];

    private double Difference(string run, string other)
    {
        CsvFile one = new(Output($"{run}/predictions.csv")), two = new(Output($"{other}/predictions.csv"));
        Assert.That(one.Count, Is.EqualTo(two.Count));
        return one.Numbers("logit_0").Zip(two.Numbers("logit_0"), (x, y) => Math.Abs(x - y)).Max();
    }

    private string Output(string path) => Shell.Folder.Combine($"outputs/{path}");

    private async Task Succeed(string[] arguments) =>
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.Success), () => Shell.Error);

    private async Task Refuse(string message, string[] arguments)
    {
        Assert.That(await Shell.RunAsync(arguments), Is.EqualTo(ExitCode.BadInput), () => Shell.Error);
        Assert.That(Shell.Error.TrimEnd('\n'), Does.StartWith("error: ").And.Contain(message).And.Not.Contain("\n"));
    }
}
