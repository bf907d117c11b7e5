using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>Instructions that read other groups.</summary>
internal static class InstructionRewriting
{
    /// <summary>The instruction with each group that it reads replaced by one of the same axes.</summary>
    public static Instruction Reading(this Instruction instruction, Func<Value, Value> replacement) =>
        instruction.Reading(operand => operand with { Value = replacement(operand.Value) }, replacement);

    /// <summary>The instruction with its one result replaced by one of the same axes.</summary>
    public static Instruction Making(this Instruction instruction, Value result) => (SingleInstruction)instruction with { Result = result };

    /// <summary>The instruction with all that it reads replaced.</summary>
    /// <param name="instruction">any</param>
    /// <param name="vectors">for vectors that its loops choose</param>
    /// <param name="groups">for groups that it reads whole</param>
    public static Instruction Reading(this Instruction instruction, Func<Operand, Operand> vectors, Func<Value, Value> groups)
    {
        return instruction switch
        {
            Sum sum => sum with { Terms = List(sum.Terms, term => term with { Operand = vectors(term.Operand) }) },
            Products products => products with
            {
                Terms = List(products.Terms, term => term with { Left = vectors(term.Left), Right = vectors(term.Right) }),
            },
            SquaredDifferences squares => squares with { Left = vectors(squares.Left), Right = vectors(squares.Right) },
            Masked masked => masked with { Terms = List(masked.Terms, term => term with { Operand = vectors(term.Operand) }) },
            Rotate rotate => rotate with { Operand = vectors(rotate.Operand) },
            RotateAndSum rotate => rotate with { Operand = vectors(rotate.Operand) },
            Fold fold => fold with { Operand = vectors(fold.Operand) },
            PolynomialOf polynomial => polynomial with { Operand = vectors(polynomial.Operand) },
            Join join => join with { Parts = List(join.Parts, groups) },
            LinearMap map => map with { Inputs = List(map.Inputs, groups) },
            SpreadProducts map => map with { Operand = groups(map.Operand) },
            Lower lower => lower with { Operand = groups(lower.Operand) },
            Refresh refresh => refresh with { Sources = List(refresh.Sources, groups) },
            Free free => free with { Operand = groups(free.Operand) },
            Store store => store with { Operand = groups(store.Operand) },
            Load load => load with { Stored = groups(load.Stored) },
            _ => throw new NotSupportedException($"no pass knows {instruction.GetType().Name}"),
        };

        static ValueList<T> List<T>(ValueList<T> items, Func<T, T> change) => [.. items.Select(change)];
    }
}
