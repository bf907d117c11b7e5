using System.Globalization;

namespace Crammed.Approximation.Tests;

/// <summary>A row of the paper's Tables 13 and 14: errors in bits, measured by its authors.</summary>
internal sealed record PaperFigure(string Function, Interval Domain, string Degree, double WorstBits, double AverageBits)
{
    /// <summary>
    /// The rows of approximations.csv, from the folder "paper" beside the data folder: CRAMMED_DATA, or shared/data beside the checkout.
    /// </summary>
    public static IReadOnlyList<PaperFigure> Read()
    {
        var path = Environment.GetEnvironmentVariable("CRAMMED_DATA") is { Length: > 0 } data
            ? Path.Combine(data, "..", "paper", "approximations.csv")
            : Path.Combine(Checkout(), "..", "shared", "paper", "approximations.csv");
        if (!File.Exists(path))
            Assert.Ignore("The paper's figures (paper/approximations.csv beside the data folder) are not on this machine.");
        return [.. File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(Parse)];
    }

    public static PaperFigure Of(string function, double low) =>
        Read().Single(f => f.Function == function && f.Domain.Low == low);

    public static string Checkout()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Crammed.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run below the folder of Crammed.sln.");
    }

    private static PaperFigure Parse(string line)
    {
        var fields = line.Split(',');
        double Number(int i) => double.Parse(fields[i], CultureInfo.InvariantCulture);
        return new PaperFigure(fields[0], new Interval(Number(1), Number(2)), fields[3], Number(5), Number(6));
    }
}
