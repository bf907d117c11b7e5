using Crammed.Approximation;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// A step of a program: it makes groups of vectors from groups of vectors. Loops run over the axes of the results and over the axes that a
/// term is summed over; operands are indexed by the loops.
/// </summary>
public abstract record Instruction
{
    /// <summary>Made by this instruction, at least one, but for <see cref="Free"/> and <see cref="Store"/>.</summary>
    public abstract IReadOnlyList<Value> Results { get; }

    /// <summary>Every group that is read, each once.</summary>
    public abstract IReadOnlyList<Value> Operands { get; }

    /// <summary>Levels from the operands down to the results.</summary>
    public virtual int Depth => 0;

    /// <summary>Each group of some operands once, in their order.</summary>
    private protected static IReadOnlyList<Value> ValuesOf(IEnumerable<Operand> operands) => [.. operands.Select(operand => operand.Value).Distinct()];
}

/// <summary>An instruction with one result.</summary>
public abstract record SingleInstruction(Value Result) : Instruction
{
    public sealed override IReadOnlyList<Value> Results => [Result];
}

/// <summary>Factor times the sum of a vector over some axes.</summary>
public sealed record SumTerm(Operand Operand, long Factor, ValueList<Axis> Over);

/// <summary>Result = sum of terms + sum of constants. No level.</summary>
/// <param name="Result">one vector for each point of its axes</param>
/// <param name="Terms">at least one</param>
/// <param name="Constants">public slots added</param>
public sealed record Sum(Value Result, ValueList<SumTerm> Terms, ValueList<SlotMask> Constants) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => ValuesOf(Terms.Select(term => term.Operand));
}

/// <summary>Factor times the sum of products of two vectors over some axes.</summary>
public sealed record ProductTerm(Operand Left, Operand Right, long Factor, ValueList<Axis> Over);

/// <summary>Result = sum of terms, relinearized and rescaled once for each vector. One level.</summary>
public sealed record Products(Value Result, ValueList<ProductTerm> Terms) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => ValuesOf(Terms.SelectMany(term => new[] { term.Left, term.Right }));

    public override int Depth => 1;
}

/// <summary>Result = sum over axes of (left - right)^2, relinearized and rescaled once for each vector. One level.</summary>
public sealed record SquaredDifferences(Value Result, Operand Left, Operand Right, ValueList<Axis> Over) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => ValuesOf([Left, Right]);

    public override int Depth => 1;
}

/// <summary>The sum over some axes of a vector times public slots.</summary>
public sealed record MaskTerm(Operand Operand, SlotMask Mask, ValueList<Axis> Over);

/// <summary>Result = sum of terms, rescaled once for each vector. One level.</summary>
public sealed record Masked(Value Result, ValueList<MaskTerm> Terms) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => ValuesOf(Terms.Select(term => term.Operand));

    public override int Depth => 1;
}

/// <summary>Result[slot] = operand[slot + steps], cyclically; rotations of one vector share its decomposition. No level.</summary>
public sealed record Rotate(Value Result, Operand Operand, AxisIndex Steps) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Operand.Value];
}

/// <summary>Result = sum over axes of the operand rotated by steps, which depend on these axes. No level.</summary>
public sealed record RotateAndSum(Value Result, Operand Operand, AxisIndex Steps, ValueList<Axis> Over) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Operand.Value];
}

/// <summary>Result[slot] = sum over i from 0 to Count - 1 of operand[slot + i Stride], Count being a power of two: log2 of it rotations. No level.</summary>
public sealed record Fold(Value Result, Operand Operand, int Stride, int Count) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Operand.Value];
}

/// <summary>Result = polynomial(operand), whose slots lie in its domain. As many levels as it is deep.</summary>
/// <param name="Result">as many vectors as the operand is read at</param>
/// <param name="Operand">the argument</param>
/// <param name="Function">name of one of the program's polynomials</param>
/// <param name="Approximation">that polynomial</param>
public sealed record PolynomialOf(Value Result, Operand Operand, string Function, ChebyshevPolynomial Approximation) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Operand.Value];

    public override int Depth => Approximation.Depth;
}

/// <summary>Vectors of several groups in one: result = the operands' vectors, one group after the other. Nothing is computed.</summary>
public sealed record Join(Value Result, ValueList<Value> Parts) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [.. Parts.Distinct()];
}

/// <summary>The same values at a lower level.</summary>
public sealed record Lower(Value Result, Value Operand, int Level) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Operand];
}

/// <summary>How a refresh is done.</summary>
public enum RefreshMethod
{
    /// <summary>By the server, two real vectors to a bootstrap.</summary>
    Bootstrap,

    /// <summary>By the key holder, who decrypts and encrypts again.</summary>
    Client,
}

/// <summary>The same values with all levels to compute with.</summary>
/// <param name="Refreshed">one for each source</param>
/// <param name="Sources">refreshed together: any two vectors share a bootstrap</param>
/// <param name="Ranges">for each source a power of two that no slot passes in size; the error is in proportion to it</param>
/// <param name="Method">by whom</param>
public sealed record Refresh(ValueList<Value> Refreshed, ValueList<Value> Sources, ValueList<double> Ranges, RefreshMethod Method) : Instruction
{
    public override IReadOnlyList<Value> Results => Refreshed;

    public override IReadOnlyList<Value> Operands => Sources;

    /// <summary>The range of each vector, one source after the other.</summary>
    internal IReadOnlyList<double> VectorRanges =>
        [.. Sources.Zip(Ranges).SelectMany(source => Enumerable.Repeat(source.Second, source.First.Count))];
}

/// <summary>The group is not used any more.</summary>
public sealed record Free(Value Operand) : Instruction
{
    public override IReadOnlyList<Value> Results => [];

    public override IReadOnlyList<Value> Operands => [Operand];
}

/// <summary>Writes a group to disk and lets its memory go; <see cref="Load"/> brings it back.</summary>
public sealed record Store(Value Operand) : Instruction
{
    public override IReadOnlyList<Value> Results => [];

    public override IReadOnlyList<Value> Operands => [Operand];
}

/// <summary>Reads a stored group, once; what was on disk is gone then.</summary>
public sealed record Load(Value Result, Value Stored) : SingleInstruction(Result)
{
    public override IReadOnlyList<Value> Operands => [Stored];
}
