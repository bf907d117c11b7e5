using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Instructions that read other groups of the same axes.</summary>
internal static class InstructionRewriting
{
    /// <summary>The instruction with each group that it reads replaced.</summary>
    public static Instruction Reading(this Instruction instruction, Func<Value, Value> replacement)
    {
        return instruction switch
        {
            Sum sum => sum with { Terms = List(sum.Terms, term => term with { Operand = In(term.Operand) }) },
            Products products => products with
            {
                Terms = List(products.Terms, term => term with { Left = In(term.Left), Right = In(term.Right) }),
            },
            SquaredDifferences squares => squares with { Left = In(squares.Left), Right = In(squares.Right) },
            Masked masked => masked with { Terms = List(masked.Terms, term => term with { Operand = In(term.Operand) }) },
            Rotate rotate => rotate with { Operand = In(rotate.Operand) },
            RotateAndSum rotate => rotate with { Operand = In(rotate.Operand) },
            Fold fold => fold with { Operand = In(fold.Operand) },
            PolynomialOf polynomial => polynomial with { Operand = In(polynomial.Operand) },
            Join join => join with { Parts = List(join.Parts, replacement) },
            LinearMap map => map with { Inputs = List(map.Inputs, replacement) },
            SpreadProducts map => map with { Operand = replacement(map.Operand) },
            Lower lower => lower with { Operand = replacement(lower.Operand) },
            Refresh refresh => refresh with { Sources = List(refresh.Sources, replacement) },
            Free free => free with { Operand = replacement(free.Operand) },
            Store store => store with { Operand = replacement(store.Operand) },
            Load load => load with { Stored = replacement(load.Stored) },
            _ => throw new NotSupportedException($"no pass knows {instruction.GetType().Name}"),
        };

        Operand In(Operand operand) => operand with { Value = replacement(operand.Value) };

        static ValueList<T> List<T>(ValueList<T> items, Func<T, T> change) => [.. items.Select(change)];
    }
}
