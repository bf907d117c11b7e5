using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Crammed.Cli.Reports;

/// <summary>A machine, as far as speed depends on it.</summary>
/// <param name="Processor">Its name; null where the system does not tell.</param>
/// <param name="Cores">Processors that the program may use.</param>
/// <param name="SimdBits">Width of the widest vectors that it has: 512, 256 or 128.</param>
/// <param name="System">Operating system and runtime.</param>
internal sealed record MachineFacts(string? Processor, int Cores, int SimdBits, string System)
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string ProcessorKey = "model name";

    /// <summary>This machine.</summary>
    public static MachineFacts OfThis() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        Avx512F.IsSupported ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    private static string? ProcessorName()
    {
        if (!File.Exists(ProcessorFile))
            return null;
        var line = File.ReadLines(ProcessorFile).FirstOrDefault(text => text.StartsWith(ProcessorKey, StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim();
    }
}
