using Crammed.Bert;
using Crammed.Cli.Configuration;
using Crammed.Cli.Hosting;
using Crammed.Cli.Plotting;
using Crammed.Cli.Settings;
using Crammed.Files;
using TorchSharp;

namespace Crammed.Cli.Commands;

/// <summary>What the commands around stages share.</summary>
internal static class RunContextExtensions
{
    /// <summary>
    /// Makes the run's folder, once all input is known to be good. An input in the very folder is refused, since replacing the folder
    /// would delete it.
    /// </summary>
    /// <exception cref="ConfigurationException">The name is no folder name or is taken, or an input lies in the folder.</exception>
    public static OutputFolder CreateOutputFolder<TSettings>(
        this RunContext<TSettings> context, string name, params IEnumerable<string?> inputs)
        where TSettings : class
    {
        var folder = context.Resolve($"outputs/{name}") + Path.DirectorySeparatorChar;
        if (inputs.FirstOrDefault(input => input is not null && input.StartsWith(folder, StringComparison.Ordinal)) is { } inside)
            throw new ConfigurationException($"outputs/{name} holds the input {inside}; choose another name=");
        return context.CreateOutputFolder(name, NameTaken.Refuse);
    }

    /// <summary>A path of the settings, absolute; null stays null.</summary>
    public static string? ResolveOptional<TSettings>(this RunContext<TSettings> context, string? path)
        where TSettings : class => path is null ? null : context.Resolve(path);

    /// <summary>Shows the progress of a piece of work.</summary>
    public static TResult Shown<TSettings, TResult>(this RunContext<TSettings> context, Func<IProgress<WorkProgress>, TResult> work)
        where TSettings : class
    {
        using var display = context.Display();
        return work(display);
    }

    /// <summary>The command line that repeats the run.</summary>
    public static string CommandLine<TSettings>(this RunContext<TSettings> context, string command)
        where TSettings : class => string.Join(' ', ["scripts/crammed", command, .. context.Overrides.Select(Quoted)]);

    private static string Quoted(string word) => word.AsSpan().ContainsAny(" \"'[]*$()")
        ? $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"
        : word;

    /// <summary>Draws a plot of work that is worth more than its picture: where that fails, a notice says why.</summary>
    public static void Plot<TSettings>(this RunContext<TSettings> context, LinePlot plot, string path)
        where TSettings : class
    {
        try
        {
            Plotter.Draw(plot, path);
        }
        catch (PlottingException exception)
        {
            context.Notices.WriteLine($"no plot: {exception.Message}");
        }
    }

    /// <summary>Gives torch the number of threads asked for, and refuses a device that this libtorch does not have.</summary>
    /// <exception cref="ConfigurationException">The device is not available.</exception>
    public static void Apply(this ImplementationSettings settings)
    {
        if (settings is { Device: ComputeDevice.Cpu, Threads: 0 })
            return;
        LibTorch.Load();
        if (settings.Threads > 0)
            torch.set_num_threads(settings.Threads);
        if (settings.Device != ComputeDevice.Cuda)
            return;
        if (!torch.cuda.is_available())
        {
            throw new ConfigurationException(
                "'impl.device' is cuda, and libtorch finds no such device; give impl.device=cpu, or see docs/libtorch.md");
        }
        torch.set_default_device(torch.CUDA);
    }
}
