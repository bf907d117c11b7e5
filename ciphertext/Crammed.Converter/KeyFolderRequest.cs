using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Programs;

namespace Crammed.Converter;

/// <summary>Keys to be made.</summary>
/// <param name="Parameters">The ring.</param>
/// <param name="Keys">The evaluation keys.</param>
/// <param name="Plans">SHA-256 of each planned program that they are for.</param>
public sealed record KeyFolderRequest(CkksParameters Parameters, EvaluationKeyRequest Keys, IReadOnlyList<string> Plans)
{
    /// <summary>
    /// Exactly the keys that some planned programs take, such as one that trains and one that evaluates, each cut to its level.
    /// </summary>
    /// <param name="programs">After planning.</param>
    /// <param name="levels">Their levels on ciphertexts.</param>
    /// <exception cref="ArgumentException">A program is not planned, or for another number of levels.</exception>
    /// <exception cref="InvalidOperationException">One bootstraps and the parameter set cannot.</exception>
    public static KeyFolderRequest Of(IReadOnlyList<EncryptedProgram> programs, CkksLevels levels) => new(
        levels.Parameters, RequestFor(ProgramKeys.Union([.. programs.Select(program => ProgramKeys.Of(program, levels))])),
        [.. programs.Select(ProgramWriter.Hash)]);

    /// <summary>The request for the keys that a program takes.</summary>
    public static EvaluationKeyRequest RequestFor(ProgramKeys keys) => new()
    {
        RelinearizationLevel = keys.RelinearizationLevel,
        ConjugationLevel = keys.ConjugationLevel,
        Rotations = [.. keys.Rotations.Select(rotation => (rotation.Key, rotation.Value))],
        Encapsulation = keys.Encapsulation,
    };
}
