using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Planning;

/// <summary>A program after a pass; the one before is as it was.</summary>
/// <param name="Program">computes the same outputs</param>
/// <param name="Summary">what the pass did, in a line</param>
public sealed record PassResult(EncryptedProgram Program, string Summary);
