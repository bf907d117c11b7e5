namespace Crammed.Ckks.Client;

/// <summary>Which evaluation keys a server is to get, each up to the level at which it is used.</summary>
public sealed record EvaluationKeyRequest
{
    /// <summary>The highest level of products, or null for no relinearization key.</summary>
    public int? RelinearizationLevel { get; init; }

    /// <summary>The highest level of conjugations, or null for no such key.</summary>
    public int? ConjugationLevel { get; init; }

    /// <summary>
    /// Steps to the left and the highest level at which they are used: of equal steps the highest counts; steps modulo N/2, zero needs no
    /// key.
    /// </summary>
    public IReadOnlyList<(int Steps, int Level)> Rotations { get; init; } = [];

    /// <summary>
    /// Whether to make the two keys of sparse-secret encapsulation, to an ephemeral secret and back, which <see cref="Evaluator.ModRaise"/>
    /// needs. Both are made anew, for a new ephemeral secret: those of two requests do not go together.
    /// </summary>
    public bool Encapsulation { get; init; }

    /// <summary>The keys of a server that does not bootstrap.</summary>
    /// <param name="relinearizationLevel">highest level of products, or null for no relinearization key</param>
    /// <param name="rotations">steps to the left and the highest level at which they are used</param>
    /// <param name="conjugationLevel">highest level of conjugations, or null for no such key</param>
    public static EvaluationKeyRequest Of(
        int? relinearizationLevel, IEnumerable<(int Steps, int Level)> rotations, int? conjugationLevel = null) =>
        new() { RelinearizationLevel = relinearizationLevel, ConjugationLevel = conjugationLevel, Rotations = [.. rotations] };

    /// <summary>
    /// What a bootstrap takes besides its rotations: the keys of encapsulation, and relinearization and conjugation from the level on to
    /// which CoeffsToSlots leads, where real and imaginary halves are separated and EvalMod begins.
    /// </summary>
    /// <param name="parameters">a set with bootstrapping</param>
    /// <param name="rotations">those of SlotsToCoeffs and CoeffsToSlots, and any others that are wanted</param>
    /// <exception cref="ArgumentException">the set has no bootstrapping</exception>
    public static EvaluationKeyRequest ForBootstrapping(CkksParameters parameters, IEnumerable<(int Steps, int Level)> rotations)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Bootstrapping is not { } bootstrapping)
            throw new ArgumentException($"{parameters.Name} has no levels for bootstrapping", nameof(parameters));
        var level = parameters.MaxLevel - bootstrapping.CoeffsToSlotsLevels;
        return new EvaluationKeyRequest
        {
            RelinearizationLevel = level,
            ConjugationLevel = level,
            Rotations = [.. rotations],
            Encapsulation = true,
        };
    }

    /// <summary>What the keys will be and take, before any is made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    public EvaluationKeyPlan Plan(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new EvaluationKeyPlan(parameters, ListKeys(parameters));
    }

    /// <summary>What is asked for, each key once, in the order of files.</summary>
    /// <exception cref="ArgumentOutOfRangeException">a level that the parameters do not have</exception>
    /// <exception cref="ArgumentException">the keys of encapsulation for a set without bootstrapping</exception>
    internal (EvaluationKeyId Id, int Level)[] ListKeys(CkksParameters parameters)
    {
        var levels = new SortedDictionary<EvaluationKeyId, int>();
        if (RelinearizationLevel is int productLevel)
            levels.Add(EvaluationKeyId.Relinearization, parameters.CheckLevel(productLevel));
        if (ConjugationLevel is int conjugationLevel)
            levels.Add(EvaluationKeyId.Conjugation, parameters.CheckLevel(conjugationLevel));
        foreach ((var steps, var level) in Rotations)
        {
            parameters.CheckLevel(level);
            if (EvaluationKeyId.Rotation(parameters, steps) is EvaluationKeyId id)
                levels[id] = Math.Max(level, levels.GetValueOrDefault(id));
        }
        if (Encapsulation)
        {
            if (parameters.Bootstrapping is null)
                throw new ArgumentException($"{parameters.Name} has no levels for bootstrapping: there is no ephemeral secret");
            levels.Add(EvaluationKeyId.DenseToEphemeral, 0);
            levels.Add(EvaluationKeyId.EphemeralToDense, parameters.MaxLevel);
        }
        return [.. levels.Select(pair => (pair.Key, pair.Value))];
    }
}
