using System.Text.Json;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>Rows of a file with a JSON object in each line.</summary>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The rows in order; fields are strings, numbers (as written) or booleans.</summary>
    /// <exception cref="InvalidDataException">A line is no JSON object, or a field is missing or of another kind.</exception>
    public static IEnumerable<TaskRow> Read(string path, RowLayout layout)
    {
        var lineNumber = 0;
        foreach (var line in TextLines.ReadRows(path))
        {
            var place = $"line {++lineNumber}";
            yield return new TaskRow(place, Fields(line, layout, path, place));
        }
    }

    private static string[] Fields(string line, RowLayout layout, string path, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. layout.Fields.Select(column => Field(document.RootElement, column, layout, path, place))]
                : throw new InvalidDataException($"{path}, {place}: {ErrorText.Quote(line)} is not a JSON object.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The parser throws InvalidOperationException for text with half of a surrogate pair.
            throw new InvalidDataException($"{path}, {place}: {ErrorText.Quote(line)} is not JSON ({fault.Message}).", fault);
        }
    }

    private static string Field(JsonElement row, string column, RowLayout layout, string path, string place)
    {
        if (!row.TryGetProperty(column, out var value))
            throw new InvalidDataException($"{path}, {place}: field '{column}' is missing{layout.Advice}.");
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new InvalidDataException(
                $"{path}, {place}: field '{column}' is {ErrorText.Quote(value.GetRawText())}; expected text or a number."),
        };
    }
}
