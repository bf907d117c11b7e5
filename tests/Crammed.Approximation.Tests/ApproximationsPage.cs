using System.Globalization;
using System.Text;

namespace Crammed.Approximation.Tests;

/// <summary>
/// docs/approximations.md: each published approximation, what the same degrees reach here, and the fewest levels that reach its worst bits.
/// </summary>
internal static class ApproximationsPage
{
    private const string Text = """
        # Approximations

        The functions of Rho et al. 2025 (arXiv 2410.02486, tables 13 and 14) and what stands in for them here: on the same domain, first of the
        same degree, then in the fewest levels that keep the published worst error. Errors are -log2 of absolute ones, the largest and the mean
        over 100,000 points, as far as ciphertexts of 40-bit scales could show them. The published ones are measured on ciphertexts, so that noise is in them; ours are the polynomials' own. This page is
        made by a test of `tests/Crammed.Approximation.Tests` (`ApproximationsPageTests`), which also holds it to what the program computes.

        Levels are those of programs: from the image of the domain in [-1, 1], whose map stands in weights before, to the value. A degree n takes
        ceil(log2(n + 1)) levels, a Newton step 2, a squaring one, a ReLU one more than its step.


        """;

    /// <summary>Errors below 2^-40 are those of double precision as much as of a polynomial.</summary>
    private const double MostBits = 40;

    private static string Remarks => string.Create(CultureInfo.InvariantCulture, $"""

        - The Gaussian kernel needs 14 squarings only where padding is a score of -10,000. Programs mask values instead, which is exact as rows
          are not normalized, and take the fewest squarings for the calibrated range: 9 are within {new PowerKernel(9).ErrorAgainstExp(new Interval(-512, 0)).MaxError:0.0e-0} of exp down to -512, where the largest
          error is always that at -2. `gaussian_kernel=paper-faithful` asks for 14.
        - A program's gate a relu(g) takes no more levels than relu(g): a meets g beside the step's polynomials.
        - Programs choose degrees and Newton steps on the calibrated ranges of a model: inverse roots within 2^-16 relative, tanh and the sigmoid
          within 1e-6. The loss of two classes takes one sigmoid of the difference of the logits in place of exp and 1/x.

        """);

    /// <summary>The largest of each number of levels.</summary>
    private static readonly int[] Degrees = [3, 7, 15, 31, 63, 127];

    /// <summary>The page, every line ended by LF.</summary>
    public static string ToMarkdown(IReadOnlyList<PaperFigure> figures)
    {
        string[] headers =
        [
            "function", "domain", "published degree", "worst", "average", "same degree: worst", "average", "levels", "fewest levels: degree", "worst",
            "average", "levels",
        ];
        return Text.ReplaceLineEndings("\n") + Table([headers, .. figures.Select(Row)]) + Remarks.ReplaceLineEndings("\n");
    }

    private static string[] Row(PaperFigure figure)
    {
        var (same, fewest) = Designs(figure);
        return
        [
            figure.Function, Domain(figure.Domain), same.Degree, Bits(figure.WorstBits), Bits(figure.AverageBits), Bits(same.Report.WorstBits),
            Bits(same.Report.AverageBits), Number(same.Levels), fewest.Degree, Bits(fewest.Report.WorstBits), Bits(fewest.Report.AverageBits),
            Number(fewest.Levels),
        ];
    }

    /// <summary>Of the published degree, and of the fewest levels that reach the published worst bits.</summary>
    private static (Design Same, Design Fewest) Designs(PaperFigure figure)
    {
        var all = figure.Function switch
        {
            "inverse_sqrt" => Roots(figure),
            "relu" => Relus(figure),
            "exp" when figure.Degree.StartsWith("2^", StringComparison.Ordinal) => Kernels(figure),
            _ => Polynomials(figure),
        };
        return (all.First(), all.Skip(1).First(design => design.Report.WorstBits >= figure.WorstBits));
    }

    /// <summary>As all of these: the published design, then others by their levels, made when they are asked for.</summary>
    private static IEnumerable<Design> Polynomials(PaperFigure figure)
    {
        var (truth, degree) = (NonPolynomial.Named(figure.Function), int.Parse(figure.Degree, CultureInfo.InvariantCulture));
        return Degrees.Prepend(degree).Select(n =>
        {
            var polynomial = RemezFit.Minimax(truth.Evaluate, figure.Domain, n);
            var report = ApproximationReport.Measure(truth.Evaluate, polynomial.Evaluate, figure.Domain);
            return new Design(Number(n), report, polynomial.PolynomialDepth);
        });
    }

    private static IEnumerable<Design> Roots(PaperFigure figure)
    {
        var published = (Degree: int.Parse(figure.Degree, CultureInfo.InvariantCulture), Steps: 3);
        var others = Degrees.SelectMany(degree => Enumerable.Range(0, 4).Select(steps => (Degree: degree, Steps: steps)));
        return others.OrderBy(Levels).Prepend(published).Select(choice => new Design(
            $"{Number(choice.Degree)} + {Number(choice.Steps)} Newton",
            InverseSquareRootNewton.Create(figure.Domain, choice.Degree, choice.Steps).Report(ErrorKind.Absolute), Levels(choice)));

        static int Levels((int Degree, int Steps) choice) =>
            ChebyshevPolynomial.DepthOfDegree(choice.Degree) + choice.Steps * InverseSquareRootNewton.DepthPerStep;
    }

    /// <summary>Only those that are stable on the domain; one squaring a level, the map folded into queries and keys.</summary>
    private static IEnumerable<Design> Kernels(PaperFigure figure)
    {
        var published = int.Parse(figure.Degree[2..], CultureInfo.InvariantCulture);
        return Enumerable.Range(1, published).Prepend(published).Select(k => new PowerKernel(k)).Where(kernel => kernel.Domain.Contains(figure.Domain))
            .Select(kernel => new Design($"2^{Number(kernel.Exponent)}", kernel.ErrorAgainstExp(figure.Domain), kernel.Exponent));
    }

    /// <summary>The published degrees, then two and three stages of the largest odd degrees of 2 to 5 levels, in rising order.</summary>
    private static IEnumerable<Design> Relus(PaperFigure figure)
    {
        int[] published = [.. figure.Degree.Split('/').Select(degree => int.Parse(degree, CultureInfo.InvariantCulture))];
        int[] degrees = [3, 7, 15, 31];
        var pairs = degrees.SelectMany(first => degrees.Where(second => second >= first).Select(second => new[] { first, second }));
        var others = pairs.Concat(pairs.SelectMany(pair => degrees.Where(third => third >= pair[1]).Select(third => pair.Append(third).ToArray())));
        return others.OrderBy(Levels).Prepend(published).Select(stages =>
            new Design(string.Join('/', stages.Select(Number)), new RectifiedLinear(figure.Domain.High, stages).Report(), Levels(stages)));

        static int Levels(int[] stages) => 1 + stages.Sum(ChebyshevPolynomial.DepthOfDegree);
    }

    /// <summary>Columns padded to one width; all but the first are numbers.</summary>
    private static string Table(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => Math.Max(3, rows.Max(row => row[i].Length)))];
        var text = new StringBuilder();
        foreach (var (row, number) in rows.Select((row, number) => (row, number)))
        {
            text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).Append(" |\n");
            if (number == 0)
                text.Append("| ").AppendJoin(" | ", widths.Select((width, i) => new string('-', width - 1) + (i == 0 ? '-' : ':'))).Append(" |\n");
        }
        return text.ToString();
    }

    private static string Domain(Interval domain) => string.Create(CultureInfo.InvariantCulture, $"[{domain.Low:R}, {domain.High:R}]");

    private static string Bits(double bits) => bits > MostBits ? $"> {MostBits:F0}" : bits.ToString("F1", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An approximation of a function on a domain.</summary>
    private sealed record Design(string Degree, ApproximationReport Report, int Levels);
}
