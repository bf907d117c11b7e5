using System.Globalization;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>What crammed needs of a machine, and whether it is there.</summary>
internal sealed class HostChecks(IHostProbe probe)
{
    private const string Setup = "run scripts/setup, or: apt-get install ";

    // Less than this and even the demo's keys and training do not fit.
    private const double SmallMemoryGiB = 6;

    /// <summary>All checks, in the order of the table.</summary>
    /// <param name="wordnetFolder">The folder of the WordNet database, absolute.</param>
    public IEnumerable<Check> All(string wordnetFolder)
    {
        yield return Sdk();
        yield return Library("libtorch", "libtorch_cpu.so", "libtorch-dev", "pretraining and plaintext fine-tuning need it");
        yield return Library(
            "OpenBLAS", "libopenblas.so.0", "libopenblas0-pthread", "without it libtorch's matrix product is 20 times slower");
        yield return Program("g++", "g++", "builds the binding to libtorch");
        yield return Wordnet(wordnetFolder);
        yield return Simd();
        yield return CoreType();
        yield return Cores();
        yield return Memory();
    }

    private Check Sdk()
    {
        string? version = probe.FirstLine("dotnet", "--version");
        string major = version?.Split('.')[0] ?? "";
        bool isEnough = int.TryParse(major, CultureInfo.InvariantCulture, out int number) && number >= 10;
        return isEnough
            ? new Check(".NET SDK", CheckState.Good, version!)
            : new Check(
                ".NET SDK", CheckState.Missing, version ?? "none", "install version 10: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    private Check Library(string name, string file, string package, string purpose) => probe.HasLibrary(file)
        ? new Check(name, CheckState.Good, file)
        : new Check(name, CheckState.Missing, $"no {file}", $"{Setup}{package} ({purpose})");

    private Check Program(string program, string package, string purpose) => probe.FirstLine(program, "--version") is { } version
        ? new Check(program, CheckState.Good, version)
        : new Check(program, CheckState.Missing, "none", $"{Setup}{package} ({purpose})");

    private Check Wordnet(string folder)
    {
        string[] missing = [.. new[] { "data.noun", "index.noun" }.Where(file => !probe.HasFile(Path.Combine(folder, file)))];
        return missing.Length == 0
            ? new Check("WordNet", CheckState.Good, folder)
            : new Check(
                "WordNet", CheckState.Missing, $"{folder} lacks {string.Join(" and ", missing)}", $"{Setup}wordnet-base, or set data.wordnet");
    }

    private Check Simd()
    {
        string found = probe.Vectors switch
        {
            { Has512: true } => "512-bit (AVX-512)",
            { Has256: true } => "256-bit (AVX2 and FMA)",
            _ => "none",
        };
        if (probe.Variable("CRAMMED_SIMD") is { Length: > 0 } forced)
            return new Check("SIMD", CheckState.Note, found, $"CRAMMED_SIMD={forced} overrides the choice");
        return probe.Vectors.Has512 || probe.Vectors.Has256
            ? new Check("SIMD", CheckState.Good, found)
            : new Check("SIMD", CheckState.Note, found, "encryption falls back to scalar code, many times slower");
    }

    private Check CoreType()
    {
        string? type = probe.Variable("OPENBLAS_CORETYPE");
        return probe.Vectors.Has512 && type is null
            ? new Check(
                "OPENBLAS_CORETYPE", CheckState.Note, "not set", "start through scripts/crammed, which sets SkylakeX: twice the speed")
            : new Check("OPENBLAS_CORETYPE", CheckState.Good, type ?? "not set, not needed");
    }

    private Check Cores() => probe.Cores > 1
        ? new Check("cores", CheckState.Good, probe.Cores.ToString(CultureInfo.InvariantCulture))
        : new Check("cores", CheckState.Note, "1", "everything here runs in parallel; two cores halve the time");

    private Check Memory()
    {
        double gibibytes = probe.MemoryBytes / Math.Pow(2, 30);
        string found = string.Create(CultureInfo.InvariantCulture, $"{gibibytes:F1} GiB");
        return gibibytes >= SmallMemoryGiB
            ? new Check("memory", CheckState.Good, found)
            : new Check("memory", CheckState.Note, found, $"less than {SmallMemoryGiB} GiB: encrypted training may not fit");
    }
}
