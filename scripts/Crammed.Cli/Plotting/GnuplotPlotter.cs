using System.ComponentModel;
using System.Diagnostics;
using Crammed.Files;

namespace Crammed.Cli.Plotting;

/// <summary>Draws through gnuplot: script and data go into its standard input, the picture comes out of its standard output.</summary>
/// <param name="program">The program to run.</param>
internal sealed class GnuplotPlotter(string program = "gnuplot") : IPlotter
{
    private static readonly TimeSpan timeLimit = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task DrawAsync(LinePlot plot, string path, CancellationToken cancellationToken = default)
    {
        plot.Validate();
        string terminal = Path.GetExtension(path) switch
        {
            ".svg" => "svg",
            ".png" => "pngcairo",
            var other => throw new ArgumentException($"{path}: plots end in .svg or .png, not '{other}'", nameof(path)),
        };
        byte[] picture = await RunAsync(GnuplotScript.Write(plot, terminal), path, cancellationToken);
        AtomicFile.WriteBytes(path, picture);
    }

    private async Task<byte[]> RunAsync(string script, string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeLimit);
        using var process = Start();
        try
        {
            using var picture = new MemoryStream();
            var output = process.StandardOutput.BaseStream.CopyToAsync(picture, limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await WriteScriptAsync(process, script, limit.Token);
            await Task.WhenAll(output, errors, process.WaitForExitAsync(limit.Token));
            if (process.ExitCode != 0 || picture.Length == 0)
                throw new PlottingException($"{path}: gnuplot failed with exit code {process.ExitCode}: {Summary(await errors)}");
            return picture.ToArray();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlottingException($"{path}: gnuplot did not finish within {timeLimit.TotalSeconds} s", exception);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private Process Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, ["-d"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new PlottingException($"{program} cannot be started; install gnuplot-nox (scripts/setup does)", exception);
        }
    }

    /// <summary>A gnuplot that stops at an error closes its input; its exit code and errors then say why.</summary>
    private static async Task WriteScriptAsync(Process process, string script, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(script.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            return;
        }
    }

    private static string Summary(string errors)
    {
        string line = errors.Split('\n').Select(text => text.Trim()).LastOrDefault(text => text.Length > 0) ?? "it said nothing";
        return line.Length <= 200 ? line : line[..200];
    }
}
