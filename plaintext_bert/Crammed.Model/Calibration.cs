using System.Text.Json;
using System.Text.Json.Serialization;
using Crammed.Files;

namespace Crammed.Model;

/// <summary>A closed interval of observed values.</summary>
/// <param name="Minimum">Smallest value seen.</param>
/// <param name="Maximum">Largest value seen.</param>
public sealed record ValueRange([property: JsonPropertyName("min")] double Minimum, [property: JsonPropertyName("max")] double Maximum)
{
    /// <summary>
    /// The interval with each end moved away from the other by a factor: a positive minimum is divided, a negative one multiplied.
    /// </summary>
    public ValueRange Widened(double factor) =>
        new(Minimum >= 0 ? Minimum / factor : Minimum * factor, Maximum >= 0 ? Maximum * factor : Maximum / factor);

    internal ValueRange Union(ValueRange other) => new(Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));
}

/// <summary>
/// Observed ranges of the inputs of every non-polynomial function, and of the polynomial values whose size bounds a ciphertext, by name
/// (<see cref="ActivationNames"/>); calibration.json of a checkpoint, taken on public text over a short mock fine-tuning, or of an
/// evaluation, taken on its task.
/// </summary>
public sealed class Calibration
{
    /// <summary>Format 2 says what was looked at.</summary>
    private const int CurrentFormat = 2;

    private const int OldestFormat = 1;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    internal Calibration(
        double margin,
        int examples,
        IReadOnlyDictionary<string, ValueRange> ranges,
        IReadOnlyDictionary<string, ValueRange> allTokenRanges,
        string? source = null)
    {
        Source = source;
        Margin = margin;
        Examples = examples;
        Ranges = ranges;
        AllTokenRanges = allTokenRanges;
    }

    /// <summary>What was looked at; null in files of format 1, which do not say.</summary>
    public string? Source { get; }

    /// <summary>Recommended factor to widen the ranges by; they are stored as observed.</summary>
    public double Margin { get; }

    /// <summary>Padded inputs that were looked at.</summary>
    public int Examples { get; }

    /// <summary>Ranges where only the first token is computed in the last layer (its keys and values stay full).</summary>
    public IReadOnlyDictionary<string, ValueRange> Ranges { get; }

    /// <summary>Ranges where the last layer computes every token, padding included.</summary>
    public IReadOnlyDictionary<string, ValueRange> AllTokenRanges { get; }

    /// <summary>The same ranges, to be widened by another factor.</summary>
    public Calibration WithMargin(double margin) => new(margin, Examples, Ranges, AllTokenRanges, Source);

    /// <summary>The range of one value, widened by the margin.</summary>
    /// <exception cref="KeyNotFoundException">No such value was recorded; the message names it.</exception>
    public ValueRange WithMargin(string name) =>
        Ranges.TryGetValue(name, out var range)
            ? range.Widened(Margin)
            : throw new KeyNotFoundException($"the calibration has no range for '{name}'");

    /// <summary>Reads calibration.json.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">
    /// Malformed JSON, another format, or a range that is not finite or has its ends swapped.
    /// </exception>
    public static Calibration Read(string path)
    {
        var form = JsonFile.Read<FileForm>(path, JsonOptions, "crammed pretrain writes it beside a model");
        if (form.Format is < OldestFormat or > CurrentFormat)
            throw new InvalidDataException($"{path}: format {form.Format}, expected {CurrentFormat}; calibrate again");
        if (form.Source is not null != (form.Format == CurrentFormat))
        {
            throw new InvalidDataException(
                $"{path}: format {form.Format} with source '{form.Source}'; only format {CurrentFormat} names a source, and must");
        }

        if (form.Margin is not (>= 1 and <= 1000))
            throw new InvalidDataException(FormattableString.Invariant($"{path}: margin is {form.Margin}; it must be 1 to 1000"));
        CheckRanges(path, "ranges", form.Ranges!);
        CheckRanges(path, "all_token_ranges", form.AllTokenRanges!);
        return new Calibration(form.Margin, form.Examples, form.Ranges, form.AllTokenRanges, form.Source);
    }

    /// <summary>Writes calibration.json (atomically), names in ordinal order.</summary>
    public void Write(string path)
    {
        var form = new FileForm(
            Source is null ? OldestFormat : CurrentFormat, Margin, Examples, Sorted(Ranges), Sorted(AllTokenRanges), Source);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(form, JsonOptions) + "\n");
    }

    private static Dictionary<string, ValueRange> Sorted(IReadOnlyDictionary<string, ValueRange> ranges) =>
        ranges.OrderBy(range => range.Key, StringComparer.Ordinal).ToDictionary();

    private static void CheckRanges(string path, string field, Dictionary<string, ValueRange?> ranges)
    {
        foreach (var (name, range) in ranges)
        {
            if (range is null)
                throw new InvalidDataException($"{path}: {field} '{name}' is null; it needs min and max");
            if (!double.IsFinite(range.Minimum) || !double.IsFinite(range.Maximum) || range.Minimum > range.Maximum)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}: {field} '{name}' is {range.Minimum} to {range.Maximum}; it needs two finite numbers, min <= max"));
            }
        }
    }

    private sealed record FileForm(
        int Format,
        double Margin,
        int Examples,
        Dictionary<string, ValueRange> Ranges,
        Dictionary<string, ValueRange> AllTokenRanges,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null);
}
