using System.Security.Cryptography;
using System.Text.Json;
using Crammed.Text;

namespace Crammed.Cli.Stages;

/// <summary>The texts that are to be answered.</summary>
/// <param name="Task">The task whose labels are the answers.</param>
/// <param name="Texts">In their order, at least one.</param>
/// <param name="Source">Where they come from, for people.</param>
internal sealed record PredictionTexts(TaskDescription Task, IReadOnlyList<UnlabelledText> Texts, string Source)
{
    /// <summary>The texts as a task's examples.</summary>
    public ITaskSource AsTask => new UnlabelledTask(Task, Texts);

    /// <summary>Names the texts: SHA-256, in hexadecimal digits.</summary>
    public string Hash =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Texts.Select(text => new[] { text.First, text.Second }))));

    /// <summary>Those of a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed; names file, line (or row) and field.</exception>
    public static PredictionTexts OfFile(TaskDescription task, TextTable table, int? limit) =>
        new(task, [.. table.Read().Take(limit ?? int.MaxValue)], table.Path);

    /// <summary>Those of a task's evaluation split, whose labels are left out.</summary>
    /// <exception cref="IOException">A file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static PredictionTexts OfTask(TextTask task) => new(
        task.Definition.Description,
        [
            .. new TaskCatalog(task.Folder, task.WordNetFolder).Open(task.Definition).Read(TaskSplit.Dev).Take(task.Limit ?? int.MaxValue)
                .Select(example => new UnlabelledText($"example {example.Index}", null, example.First, example.Second)),
        ],
        $"{task.Definition.Description.Name}'s evaluation split");
}
