namespace Crammed.Cli.Hosting;

/// <summary>What to do about an output folder that already holds something.</summary>
internal enum NameTaken
{
    /// <summary>An error that names it.</summary>
    Refuse,

    /// <summary>Use NAME-2, NAME-3, ... instead.</summary>
    Number,

    /// <summary>Go on in it: the run resumes one that it holds. --overwrite does not change that.</summary>
    Continue,

    /// <summary>Remove the earlier run, if a run it is.</summary>
    Replace,
}
