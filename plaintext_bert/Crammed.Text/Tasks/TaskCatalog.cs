namespace Crammed.Text;

/// <summary>All tasks by name: GLUE's from a folder of its files, WordNet's from the folder of WordNet.</summary>
public sealed class TaskCatalog
{
    private readonly string? _glueFolder;
    private readonly Lazy<WordNetDatabase> _wordNet;

    /// <summary>Remembers where the data is; reads nothing yet.</summary>
    /// <param name="glueFolder">A folder with one subfolder for each GLUE task; null where only WordNet's tasks are asked for.</param>
    /// <param name="wordNetFolder">The folder of WordNet's data files.</param>
    public TaskCatalog(string? glueFolder = null, string wordNetFolder = WordNetDatabase.DebianFolder)
    {
        _glueFolder = glueFolder;
        _wordNet = new Lazy<WordNetDatabase>(() => WordNetDatabase.Load(wordNetFolder));
    }

    /// <summary>Every task there is.</summary>
    public static IReadOnlyList<TaskDescription> Tasks { get; } =
        [.. GlueTask.All.Select(task => task.Description), .. WordNetTask.All.Select(task => task.Description)];

    /// <summary>The description of a task.</summary>
    /// <exception cref="ArgumentException">There is no such task; the message lists those there are.</exception>
    public static TaskDescription Describe(string name) =>
        Tasks.FirstOrDefault(task => task.Name == name)
        ?? throw new ArgumentException(
            $"There is no task '{name}'; the tasks are {string.Join(", ", Tasks.Select(task => task.Name))}.", nameof(name));

    /// <summary>Opens a task.</summary>
    /// <exception cref="ArgumentException">There is no such task, or it is one of GLUE's and no folder for them was given.</exception>
    /// <exception cref="IOException">The folder or a file is missing; the message says what to provide.</exception>
    public ITaskSource Open(string name)
    {
        TaskDescription description = Describe(name);
        if (WordNetTask.All.FirstOrDefault(task => task.Description == description) is { } wordNetTask)
            return new WordNetTaskSource(wordNetTask, _wordNet.Value);
        if (_glueFolder is null)
        {
            throw new ArgumentException(
                $"Task '{name}' needs GLUE's files: give the folder that holds {name}/train.tsv and {name}/dev.tsv.");
        }
        return new GlueTaskSource(GlueTask.All.Single(task => task.Description == description), _glueFolder);
    }
}
