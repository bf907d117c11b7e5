using Crammed.Approximation;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// 1/sqrt(x) as programs evaluate it: a polynomial on the image of its domain in [-1, 1], which whoever computes x folds into a scale and a
/// constant, then Newton steps. Operations that share it share one polynomial of the program.
/// </summary>
/// <param name="function">name among the program's polynomials</param>
/// <param name="approximation">the polynomial and the number of Newton steps</param>
public sealed class InverseRoot(string function, InverseSquareRootNewton approximation)
{
    private readonly ChebyshevPolynomial _onUnit = new(Interval.Unit, approximation.Initial.Coefficients, approximation.Initial.MaxError);

    public string Function => function;

    public InverseSquareRootNewton Approximation => approximation;

    /// <summary>Of x.</summary>
    public Interval Domain => approximation.Domain;

    /// <summary>Levels from the image of x down to the root.</summary>
    public int Depth => _onUnit.Depth + InverseSquareRootNewton.DepthPerStep * approximation.Steps;

    /// <summary>Emits the root of each vector. As many levels as <see cref="Depth"/>.</summary>
    /// <param name="program">where to</param>
    /// <param name="image">the image of x in [-1, 1]: (x - middle of the domain) / half of its width</param>
    internal Value Lower(ProgramBuilder program, Value image)
    {
        var (axes, root) = (image.Axes, program.Polynomial("root", image, function, _onUnit));
        if (approximation.Steps == 0)
            return root;
        // -x/2, once for all steps.
        var scaled = program.Masked("half_scaled", axes, ProgramBuilder.Mask(image, -Domain.HalfWidth / 2));
        var half = program.SumPlus("half", axes, [-Domain.Midpoint / 2], ProgramBuilder.Term(scaled));
        for (var i = 0; i < approximation.Steps; i++)
        {
            // 1.5 y + (y y) (y (-x/2)): the three factors side by side, so two levels.
            var square = program.Multiply("square", axes, root, root);
            var product = program.Multiply("product", axes, root, half);
            var cube = program.Multiply("cube", axes, square, product);
            var more = program.Masked("root_scaled", axes, ProgramBuilder.Mask(root, 1.5));
            root = program.Sum("root", axes, ProgramBuilder.Term(more), ProgramBuilder.Term(cube));
        }
        return root;
    }
}
