namespace Crammed.Text;

/// <summary>
/// A GLUE task in a folder of GLUE's files: FOLDER/rte/train.tsv or, as GLUE's own download has it, FOLDER/RTE/train.tsv.
/// </summary>
internal sealed class GlueTaskSource : ITaskSource
{
    private readonly GlueTask _task;
    private readonly string _folder;

    public GlueTaskSource(GlueTask task, string glueFolder)
    {
        _task = task;
        if (!Directory.Exists(glueFolder))
        {
            throw new DirectoryNotFoundException(
                $"{glueFolder}: GLUE's folder does not exist; give the folder that holds {Description.Name}/train.tsv.");
        }
        string[] candidates = [Path.Combine(glueFolder, Description.Name), Path.Combine(glueFolder, task.OfficialFolder)];
        _folder = candidates.FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException(
                $"{candidates[0]}: the folder of task '{Description.Name}' does not exist; "
                + $"put train.tsv and dev.tsv of GLUE's {task.OfficialFolder} there.");
    }

    public TaskDescription Description => _task.Description;

    public IReadOnlyList<Example> Read(TaskSplit split) => [.. GlueReader.Read(FileOf(split), _task)];

    /// <summary>SPLIT.tsv or SPLIT.tsv.gz; failing these, the one sample SPLIT.sampleNAME.tsv[.gz].</summary>
    private string FileOf(TaskSplit split)
    {
        string name = split == TaskSplit.Train ? "train" : "dev";
        string[] complete = [Path.Combine(_folder, $"{name}.tsv"), Path.Combine(_folder, $"{name}.tsv.gz")];
        if (complete.FirstOrDefault(File.Exists) is { } path)
            return path;
        string[] samples =
        [
            .. Directory.GetFiles(_folder, $"{name}.sample*.tsv"),
            .. Directory.GetFiles(_folder, $"{name}.sample*.tsv.gz"),
        ];
        return samples switch
        {
            [string sample] => sample,
            [] => throw new FileNotFoundException(
                $"{complete[0]}: the file does not exist, nor does {name}.tsv.gz; put GLUE's {_task.OfficialFolder}/{name}.tsv there.",
                complete[0]),
            _ => throw new IOException(
                $"{_folder}: several samples of '{name}' ({string.Join(", ", samples.Select(Path.GetFileName))}); keep one."),
        };
    }
}
