using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Execution;

/// <summary>A place in a program between two instructions, and all that a run needs to go on from there.</summary>
/// <param name="Instruction">the next one, from 0</param>
/// <param name="Groups">vectors of the groups that live; they stay their owner's</param>
/// <param name="Stored">files of the groups that are stored</param>
public sealed record ProgramPosition(
    int Instruction, IReadOnlyDictionary<Value, IReadOnlyList<SlotVector>> Groups, IReadOnlyDictionary<Value, string> Stored);
