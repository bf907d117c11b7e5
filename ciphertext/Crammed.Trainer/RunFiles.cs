namespace Crammed.Trainer;

/// <summary>Names in the output folder of a run of a plan.</summary>
public static class RunFiles
{
    /// <summary>Folder of the state, to resume from and to decrypt: <see cref="Crammed.Encrypted.Containers.RunState"/>.</summary>
    public const string States = "state";

    /// <summary>Folder of groups that a program has on disk while it runs.</summary>
    public const string Spilled = "spilled";

    /// <summary>What a run cost, by instruction (<see cref="ProgramProfile"/>).</summary>
    public const string Profile = "profile.json";

    /// <summary>The program, annotated with seconds.</summary>
    public const string ProfileText = "profile.txt";

    /// <summary>Logits of a step before its update, or of a batch to evaluate: the ciphertexts of one group.</summary>
    /// <param name="index">from 0</param>
    public static string Logits(int index) => $"logits-{index:D5}.ct";
}
