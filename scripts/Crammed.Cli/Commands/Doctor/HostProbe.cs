using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Crammed.Bert;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>Looks at the machine that the program runs on.</summary>
internal sealed class HostProbe : IHostProbe
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public (bool Has512, bool Has256) Vectors => (Avx512F.IsSupported, Avx2.IsSupported && Fma.IsSupported);

    /// <inheritdoc/>
    public int Cores => Environment.ProcessorCount;

    /// <inheritdoc/>
    public long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <inheritdoc/>
    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc/>
    public bool HasFile(string path) => File.Exists(path);

    /// <inheritdoc/>
    public (bool IsLoaded, string Text) LoadTorch()
    {
        try
        {
            return (true, LibTorch.Load());
        }
        catch (Exception exception) when (exception is DllNotFoundException or InvalidDataException or IOException)
        {
            return (false, exception.Message);
        }
    }

    /// <inheritdoc/>
    public string? FirstLine(string program, params IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            })!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var line = process.StandardOutput.ReadLineAsync();
            var rest = line.ContinueWith(_ => process.StandardOutput.ReadToEnd(), TaskScheduler.Default);
            if (rest.Wait(TimeLimit) && process.WaitForExit(TimeLimit))
                return process.ExitCode == 0 ? line.Result : null;
            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            // There is no such program: that is the answer.
            return null;
        }
    }
}
