using System.Text.Json.Serialization;

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
