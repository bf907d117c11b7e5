using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// What operations cost on some machine under some parameters; levels are those of a program: 0 is the lowest that a refresh takes.
/// </summary>
public interface ICostModel
{
    /// <summary>Level of a refreshed vector.</summary>
    int RefreshedLevel { get; }

    /// <summary>Milliseconds of one operation on operands of a level.</summary>
    double Milliseconds(EngineOperation operation, int level);

    /// <summary>Bytes of a vector in memory.</summary>
    long VectorBytes(int level);

    /// <summary>Bytes that one operation on operands of a level takes while it runs, besides operands and result; 0 if not known.</summary>
    long WorkingBytes(EngineOperation operation, int level) => 0;
}

/// <summary>Costs of instructions.</summary>
public static class CostModelExtensions
{
    /// <summary>Milliseconds of counted operations of an instruction whose operands stand at a level.</summary>
    public static double Milliseconds(this ICostModel costs, OperationCounts counts, int level) =>
        counts.ByLevel.Sum(entry => entry.Value * costs.Milliseconds(entry.Key.Operation, level - entry.Key.Below));

    /// <summary>Milliseconds of an instruction whose operands stand at a level.</summary>
    /// <remarks>A vector is lowered at one level above the one that it comes to: what is above is dropped.</remarks>
    public static double Milliseconds(this ICostModel costs, Instruction instruction, SlotGrid grid, int level) =>
        costs.Milliseconds(OperationCounts.Of(instruction, grid), instruction is Lower lower ? lower.Level + 1 : level);
}
