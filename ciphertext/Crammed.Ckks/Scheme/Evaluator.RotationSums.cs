namespace Crammed.Ckks;

/// <summary>A term of a sum of rotations: a ciphertext, rotated to the left by some steps, times a mask where there is one.</summary>
public readonly record struct RotationTerm(Ciphertext Ciphertext, int Steps, PeriodicPlaintext? Mask = null);

/// <summary>
/// Sums of rotations: products with keys are added up before one division by P, which is most of a rotation at low levels (as the giant
/// steps of Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021).
/// </summary>
public sealed unsafe partial class Evaluator
{
    /// <summary>Ciphertexts that share each limb of a key; so many have their extended digits at hand.</summary>
    public const int DecomposedAtOnce = 4;

    /// <summary>
    /// For every sum Σ mask * rotation over its terms. All ciphertexts have one level and the products of one sum one scale. A ciphertext that
    /// occurs in several terms is decomposed once, and ciphertexts rotated by the same steps read their keys together. Memory while
    /// it runs: two polynomials over all moduli and P for each sum. A sum of one rotation has the residues of <see cref="Rotate"/>.
    /// </summary>
    /// <param name="sums">terms of each</param>
    /// <param name="rescales">whether results are rescaled, by the same division: one level lower</param>
    /// <exception cref="ArgumentException">a sum has no term, or a mask is of other parameters or does not fit the level</exception>
    /// <exception cref="InvalidOperationException">a ciphertext is not relinearized, levels or scales differ, a mask's level is too low, or a
    /// rotation key is missing or serves lower levels only</exception>
    public Ciphertext[] SumsOfRotations(IReadOnlyList<IReadOnlyList<RotationTerm>> sums, bool rescales = false)
    {
        const string operation = nameof(SumsOfRotations);
        ArgumentNullException.ThrowIfNull(sums);
        if (sums.Count == 0 || sums.Any(terms => terms.Count == 0))
            throw new ArgumentException($"{operation}: there is a sum without terms, or none at all");
        var level = CheckBatch(operation, [.. sums.SelectMany(terms => terms).Select(term => term.Ciphertext)], polynomials: 2);
        if (rescales)
            CheckRescalable(operation, sums[0][0].Ciphertext);
        foreach (var (ciphertext, _, _) in sums.SelectMany(terms => terms))
            CheckKeys(operation, sums[0][0].Ciphertext, ciphertext);
        double[] scales = [.. sums.Select(terms => ScaleOf(operation, terms))];
        var switched = _switcher.SumAutomorphisms(Bundles(operation, sums), sums.Count, level, id => Keys.Lease(id)!);
        var results = new Ciphertext[sums.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var quotients = _switcher.Divide(switched[i], level, rescales);
            DisposeAll(switched[i]);
            results[i] = rescales
                ? new Ciphertext(Parameters, sums[i][0].Ciphertext.KeyId, quotients, level - 1, scales[i] / Parameters.Moduli[level])
                : new Ciphertext(Parameters, sums[i][0].Ciphertext.KeyId, quotients, level, scales[i]);
        }
        return results;
    }

    private double ScaleOf(string operation, IReadOnlyList<RotationTerm> terms)
    {
        double? scale = null;
        foreach (var (ciphertext, _, mask) in terms)
        {
            if (mask is not null)
            {
                CheckOwner(operation, mask.Parameters);
                if (mask.Level < ciphertext.Level)
                {
                    throw new InvalidOperationException(
                        $"{operation}: the mask is below the ciphertext, {Describe(mask.Level, mask.Scale)} against {Describe(ciphertext)}");
                }
                Parameters.CheckCoefficient(operation, mask.Largest, ciphertext.Level, mask.Scale);
            }
            var product = ciphertext.Scale * (mask?.Scale ?? 1);
            CheckScales(operation, ciphertext.Level, scale ??= product, ciphertext.Level, product);
        }
        return scale!.Value;
    }

    /// <summary>Ciphertexts with the same rotations, a few at a time.</summary>
    private List<SummedBundle> Bundles(string operation, IReadOnlyList<IReadOnlyList<RotationTerm>> sums)
    {
        var sources = new Dictionary<Ciphertext, List<(int Steps, SumPlace Place)>>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < sums.Count; i++)
        {
            foreach (var (ciphertext, steps, mask) in sums[i])
            {
                if (!sources.TryGetValue(ciphertext, out var places))
                    sources.Add(ciphertext, places = []);
                places.Add((steps & (Parameters.SlotCount - 1), new SumPlace(i, mask)));
            }
        }
        var bundles = new List<SummedBundle>();
        foreach (var group in sources.GroupBy(source => string.Join(' ', source.Value.Select(place => place.Steps))))
        {
            int[] steps = [.. group.First().Value.Select(place => place.Steps)];
            var first = group.First().Key;
            EvaluationKeyId?[] keys =
                [.. steps.Select(step => step == 0 ? default(EvaluationKeyId?) : CheckRotationKey(operation, first.Level, first.Scale, step))];
            foreach (var part in group.Chunk(DecomposedAtOnce))
            {
                bundles.AddRange(Together(keys).Select(places => new SummedBundle(
                    [.. part.Select(source => source.Key)],
                    [.. places.Select(i => new SummedAutomorphism(
                        keys[i], keys[i] is { } id ? Ring.Permutation(id.Element(Ring.N)) : null,
                        [.. part.Select(source => source.Value[i].Place)]))])));
            }
        }
        return bundles;
    }

    /// <summary>Places of keys that are in memory together: all, or as many as take a quarter of the set's budget.</summary>
    private List<List<int>> Together(EvaluationKeyId?[] keys)
    {
        var most = Keys.Memory.BudgetBytes / 4 ?? long.MaxValue;
        var groups = new List<List<int>>();
        var left = 0L;
        for (var i = 0; i < keys.Length; i++)
        {
            var bytes = keys[i] is { } id
                ? id.Shape(Parameters, Keys.LevelOf(id)!.Value).MemoryBytes(Parameters, Keys.Memory.UniformHalfOf(id))
                : 0;
            if (groups.Count == 0 || bytes > left)
            {
                groups.Add([]);
                left = most;
            }
            groups[^1].Add(i);
            left -= bytes;
        }
        return groups;
    }
}
