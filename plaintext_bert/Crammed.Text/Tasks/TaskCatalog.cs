namespace Crammed.Text;

/// <summary>Opens tasks: from files in a folder, or made by a generator from WordNet.</summary>
public sealed class TaskCatalog
{
    private readonly string? _taskFolder;
    private readonly Lazy<WordNetDatabase> _wordNet;

    /// <summary>Remembers where the data is; reads nothing yet.</summary>
    /// <param name="taskFolder">
    /// The folder of tasks, GLUE's for example, with one subfolder for each; null where only generated tasks are asked for.
    /// </param>
    /// <param name="wordNetFolder">The folder of WordNet's data files.</param>
    public TaskCatalog(string? taskFolder = null, string wordNetFolder = WordNetDatabase.DebianFolder)
    {
        _taskFolder = taskFolder;
        _wordNet = new Lazy<WordNetDatabase>(() => WordNetDatabase.Load(wordNetFolder));
    }

    /// <summary>The generators by name, each with the task that it makes examples of.</summary>
    public static IReadOnlyDictionary<string, TaskDescription> Generators { get; } =
        WordNetTask.All.ToDictionary(task => task.Description.Name, task => task.Description);

    /// <summary>Opens a task.</summary>
    /// <exception cref="ArgumentException">There is no such generator, or the task needs a folder and none was given.</exception>
    /// <exception cref="IOException">The folder or a file is missing; the message says what to provide.</exception>
    public ITaskSource Open(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Generator is null)
            return new FileTaskSource(task, _taskFolder);
        var generator = WordNetTask.All.FirstOrDefault(candidate => candidate.Description.Name == task.Generator)
            ?? throw new ArgumentException(
                $"There is no generator '{task.Generator}'; the generators are {string.Join(", ", Generators.Keys)}.", nameof(task));
        if (!generator.Description.Labels.SequenceEqual(task.Description.Labels))
        {
            throw new ArgumentException(
                $"Task '{task.Description.Name}' has the labels {string.Join(", ", task.Description.Labels)}; its generator "
                + $"{task.Generator} gives {string.Join(", ", generator.Description.Labels)}.", nameof(task));
        }
        return new WordNetTaskSource(generator with { Description = task.Description }, _wordNet.Value);
    }
}
