namespace Crammed.Encrypted.Programs;

/// <summary>The parts of a model that instructions belong to, by the names of the values that they make.</summary>
public static class ProgramParts
{
    /// <summary>What computes the update of parameters.</summary>
    public const string Update = "update";

    /// <summary>What adds up gradients of values that are read more than once.</summary>
    private const string Sums = "gradients of what is read twice";

    private const string Backward = ", backward";

    /// <summary>With its number, the first word of the names of a micro-batch.</summary>
    public const string Batch = "batch";

    /// <summary>Of a value: layer 1, final norm, head, update...; what makes gradients is a part of its own.</summary>
    public static string Of(string name)
    {
        var words = name.Split('.');
        // All micro-batches are one part.
        if (words.Length > 1 && words[0].StartsWith(Batch, StringComparison.Ordinal) && int.TryParse(words[0].AsSpan(Batch.Length), out _))
            words = words[1..];
        if (words.Contains("update"))
            return Update;
        var part = words[0] switch
        {
            "layers" when words.Length > 1 => $"layer {words[1]}",
            var first when first.StartsWith("unpacked", StringComparison.Ordinal) || first == "rows" => "adapters unpacked",
            var first when first.StartsWith("gradient_sum", StringComparison.Ordinal) => Sums,
            var first when first.StartsWith("final_norm", StringComparison.Ordinal) => "final norm",
            var first => first.Replace('_', ' '),
        };
        return words.Contains("backward") ? part + Backward : part;
    }

    /// <summary>Whether a part makes gradients.</summary>
    public static bool IsBackward(string part) => part == Sums || part.EndsWith(Backward, StringComparison.Ordinal);

    /// <summary>Of an instruction: what it makes, or frees or stores.</summary>
    public static string Of(Instruction instruction) =>
        Of((instruction.Results.Count > 0 ? instruction.Results : instruction.Operands)[0].Name);

    /// <summary>Of each instruction of a program, in its order; what computes nothing belongs to what was computed before.</summary>
    public static IReadOnlyList<string> OfEach(EncryptedProgram program)
    {
        var parts = new List<string>();
        foreach (var instruction in program.Instructions)
            parts.Add(parts.Count > 0 && instruction is (Free or Store or Load or Lower) ? parts[^1] : Of(instruction));
        return parts;
    }
}
