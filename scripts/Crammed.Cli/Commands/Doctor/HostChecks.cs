using System.Globalization;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>One line of the doctor's table.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="State">The outcome.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do, or what it means; empty where there is nothing to say.</param>
internal sealed record Check(string Name, CheckState State, string Found, string Advice = "");

/// <summary>The outcome of a check.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, but slower or with less than elsewhere.</summary>
    Note,

    /// <summary>Something will not work.</summary>
    Missing,
}

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
        yield return Torch();
        yield return Wordnet(wordnetFolder);
        yield return Simd();
        yield return Cores();
        yield return Memory();
    }

    private Check Sdk()
    {
        var version = probe.FirstLine("dotnet", "--version");
        var major = version?.Split('.')[0] ?? "";
        var isEnough = int.TryParse(major, CultureInfo.InvariantCulture, out var number) && number >= 10;
        return isEnough
            ? new Check(".NET SDK", CheckState.Good, version!)
            : new Check(
                ".NET SDK", CheckState.Missing, version ?? "none", "install version 10: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    private Check Torch() => probe.LoadTorch() is (true, var file)
        ? new Check("libtorch", CheckState.Good, file)
        : new Check("libtorch", CheckState.Missing, "does not load", probe.LoadTorch().Text);

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
        var found = probe.Vectors switch
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

    private Check Cores() => probe.Cores > 1
        ? new Check("cores", CheckState.Good, probe.Cores.ToString(CultureInfo.InvariantCulture))
        : new Check("cores", CheckState.Note, "1", "everything here runs in parallel; two cores halve the time");

    private Check Memory()
    {
        var gibibytes = probe.MemoryBytes / Math.Pow(2, 30);
        var found = string.Create(CultureInfo.InvariantCulture, $"{gibibytes:F1} GiB");
        return gibibytes >= SmallMemoryGiB
            ? new Check("memory", CheckState.Good, found)
            : new Check("memory", CheckState.Note, found, $"less than {SmallMemoryGiB} GiB: encrypted training may not fit");
    }
}
