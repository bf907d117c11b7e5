using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Commands;

/// <summary>Checks that a run that is to be continued was made with the settings of this one.</summary>
internal static class ResumedRun
{
    /// <summary>Keys that do not change what a run writes.</summary>
    private static readonly string[] Free = ["resume", "impl"];

    /// <summary>
    /// The folder of a run that goes on by itself: a new one, or one of a run with the same settings, in which the same command stopped.
    /// </summary>
    /// <param name="context">This run.</param>
    /// <param name="name">Its name.</param>
    /// <param name="files">The config.yaml of each choice of the sweep, relative to the folder.</param>
    /// <exception cref="ConfigurationException">The folder holds something else.</exception>
    public static OutputFolder Continued<TSettings>(RunContext<TSettings> context, string name, IReadOnlyList<string> files)
        where TSettings : class
    {
        var path = context.Resolve($"outputs/{name}");
        if (context.Overwrites || !File.Exists(Path.Combine(path, OutputFolder.Marker)))
            return context.CreateOutputFolder(name, NameTaken.Refuse);
        Require(context, name, path, files);
        return context.CreateOutputFolder(name, NameTaken.Continue);
    }

    /// <param name="context">This run.</param>
    /// <param name="name">Its name.</param>
    /// <param name="resume">The folder that the user named.</param>
    /// <param name="files">The config.yaml of each choice of the sweep, relative to the folder.</param>
    /// <exception cref="ConfigurationException">There is no such run, it has another name, or its settings differ.</exception>
    public static void Require<TSettings>(RunContext<TSettings> context, string name, string resume, IReadOnlyList<string> files)
        where TSettings : class
    {
        var folder = Path.TrimEndingDirectorySeparator(context.Resolve(resume));
        var own = context.Resolve($"outputs/{name}");
        if (!File.Exists(Path.Combine(folder, "config.yaml")))
            throw new ConfigurationException($"'resume' is {resume}, where there is no config.yaml; name the folder of an interrupted run");
        if (folder != own)
        {
            throw new ConfigurationException(
                $"'resume' is {resume}, and this run writes to outputs/{name}; give name={Path.GetFileName(folder)}");
        }
        foreach (var (file, configuration) in files.Zip(context.Sweep))
        {
            string path = Path.Combine(folder, file), shown = $"outputs/{name}/{file}";
            if (!File.Exists(path))
                throw new ConfigurationException($"{shown} is missing: the run was made with other tasks; give those, or another name=");
            var earlier = Values(YamlTree.ReadFile(path, shown), "");
            var now = Values(YamlTree.ReadText(configuration.ToYaml(), "this run"), "");
            foreach (var key in now.Keys.Union(earlier.Keys).Where(key => !Free.Contains(key.Split('.')[0])))
            {
                string before = earlier.GetValueOrDefault(key, "not set"), after = now.GetValueOrDefault(key, "not set");
                if (before != after)
                {
                    throw new ConfigurationException(
                        $"{shown} was made with {key} = {before}, and this run has {after}; give what it was made with, or another name=");
                }
            }
        }
        RequireLayout(folder, name, files);
    }

    /// <summary>A run of several tasks has their files in folders of their own, where one task alone would not go on with them.</summary>
    private static void RequireLayout(string folder, string name, IReadOnlyList<string> files)
    {
        if (files is ["config.yaml"] && Directory.EnumerateFiles(folder, "config.yaml", SearchOption.AllDirectories).Count() > 1)
            throw new ConfigurationException($"outputs/{name} was made with several tasks; give those, or another name=");
    }

    private static Dictionary<string, string> Values(ConfigurationNode node, string prefix)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        switch (node)
        {
            case MappingNode mapping:
                foreach (var (key, value) in mapping.Entries.SelectMany(entry => Values(entry.Value, $"{prefix}.{entry.Key}")))
                    values[key] = value;
                break;
            case SequenceNode sequence when sequence.Items.All(item => item is ScalarNode):
                values[prefix[1..]] = $"[{string.Join(", ", sequence.Items.Cast<ScalarNode>().Select(item => item.Text))}]";
                break;
            case SequenceNode sequence:
                foreach (var (key, value) in sequence.Items.SelectMany((item, index) => Values(item, $"{prefix}[{index}]")))
                    values[key] = value;
                break;
            case ScalarNode scalar:
                values[prefix[1..]] = scalar.IsNull ? "null" : scalar.Text;
                break;
        }
        return values;
    }
}
