using System.Globalization;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>
/// Orders instructions so that values live shortly. Tries the order that is given, each value made as late as its first reader allows, and
/// always the instruction that adds the least memory; takes the one of the least peak.
/// </summary>
public static class LifetimeOrder
{
    /// <param name="program">with refreshes</param>
    /// <param name="levels">for each value the level that it stands at when it is made</param>
    /// <param name="costs">bytes by level</param>
    public static PassResult Run(EncryptedProgram program, IReadOnlyDictionary<Value, int> levels, ICostModel costs)
    {
        var dependencies = new ProgramDependencies(program);
        (string Name, IReadOnlyList<int> Order)[] orders =
        [
            ("as it was", [.. Enumerable.Range(0, dependencies.InstructionCount)]),
            ("values as late as possible", AsLateAsPossible(dependencies)),
            ("least memory first", LeastMemoryFirst(dependencies, value => value.Count * costs.VectorBytes(levels[value]))),
        ];
        var candidates = orders.Select(order => (order.Name, Program: With(program, order.Order), Peak: 0L)).ToArray();
        for (var i = 0; i < candidates.Length; i++)
        {
            var whole = FreeInsertion.Run(LowerInsertion.Run(candidates[i].Program, levels).Program).Program;
            candidates[i].Peak = MemoryProfile.Of(whole, costs).PeakBytes;
        }
        var best = candidates.MinBy(candidate => candidate.Peak);
        var peaks = candidates.Select(candidate => string.Create(
            CultureInfo.InvariantCulture, $"{candidate.Name} {candidate.Peak / 1048576.0:F1} MiB"));
        return new PassResult(best.Program, $"order: {best.Name} (at most {string.Join(", ", peaks)})");
    }

    private static EncryptedProgram With(EncryptedProgram program, IReadOnlyList<int> order) =>
        program with { Instructions = [.. order.Select(i => program.Instructions[i])] };

    /// <summary>Instructions whose results nobody reads, in their order, each after what it needs and has not been made.</summary>
    private static List<int> AsLateAsPossible(ProgramDependencies dependencies)
    {
        var order = new List<int>();
        var made = new bool[dependencies.InstructionCount];
        for (var i = 0; i < made.Length; i++)
        {
            var isRead = false;
            foreach (var result in dependencies.Results(i))
                isRead |= dependencies.Consumers(result).Length > 0;
            if (!isRead)
                Make(i);
        }
        return order;

        void Make(int instruction)
        {
            if (made[instruction])
                return;
            made[instruction] = true;
            foreach (var operand in dependencies.Operands(instruction))
            {
                if (dependencies.Producer(operand) is >= 0 and var producer)
                    Make(producer);
            }
            order.Add(instruction);
        }
    }

    /// <summary>Of all instructions that can run the one that adds the least memory, the earliest of equals.</summary>
    private static List<int> LeastMemoryFirst(ProgramDependencies dependencies, Func<Value, long> bytesOf)
    {
        var bytes = dependencies.Values.Select(bytesOf).ToArray();
        var readersLeft = Enumerable.Range(0, bytes.Length).Select(value => dependencies.Consumers(value).Length).ToArray();
        foreach (var output in dependencies.Outputs)
            readersLeft[output]++;
        var missing = new int[dependencies.InstructionCount];
        for (var i = 0; i < missing.Length; i++)
        {
            foreach (var operand in dependencies.Operands(i))
                missing[i] += dependencies.Producer(operand) >= 0 ? 1 : 0;
        }
        var ready = new SortedSet<int>(Enumerable.Range(0, missing.Length).Where(i => missing[i] == 0));
        var order = new List<int>();
        while (ready.Count > 0)
        {
            var next = ready.MinBy(Added);
            ready.Remove(next);
            order.Add(next);
            foreach (var operand in dependencies.Operands(next))
                readersLeft[operand]--;
            foreach (var result in dependencies.Results(next))
            {
                foreach (var reader in dependencies.Consumers(result))
                {
                    if (--missing[reader] == 0)
                        ready.Add(reader);
                }
            }
        }
        return order;

        long Added(int instruction)
        {
            var added = 0L;
            foreach (var result in dependencies.Results(instruction))
                added += bytes[result];
            foreach (var operand in dependencies.Operands(instruction))
                added -= readersLeft[operand] == 1 ? bytes[operand] : 0;
            return added;
        }
    }
}
