using System.Runtime.Intrinsics.X86;
using Crammed.Cli.Configuration;
using Crammed.Encrypted.Planning;

namespace Crammed.Cli.Commands.Plan;

/// <summary>Costs that a plan goes by.</summary>
internal static class PlanCosts
{
    /// <summary>Where no table is given: that of processors like this one.</summary>
    private static string Default => Avx512F.IsSupported ? "avx512" : "avx2";

    /// <summary>One table of several files: of each operation the rows of the first one that has any.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="ConfigurationException">The tables are of different rings, keys or threads.</exception>
    /// <exception cref="InvalidDataException">A line is not understood.</exception>
    public static CostTable Load(IReadOnlyList<string> files)
    {
        if (files.Count == 0)
            return CostTableText.Include(Default);
        var tables = files.Select(Read).ToArray();
        var first = tables[0];
        for (var i = 1; i < tables.Length; i++)
        {
            var (a, b) = (Frame(first), Frame(tables[i]));
            if (a != b)
            {
                throw new ConfigurationException(
                    $"{files[i]}: measured with {b}, and {files[0]} with {a}; give tables of one machine and ring");
            }
        }
        var rows = new List<CostRow>();
        foreach (var table in tables)
        {
            var known = rows.Select(row => row.Operation).ToHashSet();
            rows.AddRange(table.Rows.Where(row => !known.Contains(row.Operation)));
        }
        return first with { Machine = string.Join("; ", tables.Select(table => table.Machine).Distinct()), Rows = rows };
    }

    private static CostTable Read(string file)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file}: not found; a cost table is a CSV of operation, limbs, milliseconds and source", file);
        try
        {
            return CostTableText.Read(File.ReadAllText(file), file);
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static string Frame(CostTable table) => FormattableString.Invariant(
        $"{table.Threads} threads, N = {table.RingDegree}, {table.SpecialPrimes} special primes and digits of {table.DigitSize}");
}
