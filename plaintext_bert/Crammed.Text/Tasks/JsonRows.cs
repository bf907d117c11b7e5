using System.Text.Json;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>Rows of a file with a JSON object in each line.</summary>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>The rows in order; fields are strings, numbers (as written) or booleans.</summary>
    /// <exception cref="InvalidDataException">A line is no JSON object, or a field is missing or of another kind.</exception>
    public static IEnumerable<TaskRow> Read(string path, TaskDefinition task)
    {
        int lineNumber = 0;
        foreach (string line in TextLines.Read(path))
        {
            string place = $"line {++lineNumber}";
            using JsonDocument document = Parse(line, path, place);
            yield return new TaskRow(place, [.. task.FieldColumns.Select(column => Field(document.RootElement, column, path, place))]);
        }
    }

    private static JsonDocument Parse(string line, string path, string place)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(line, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}, {place}: {ErrorText.Quote(line)} is not JSON ({fault.Message}).", fault);
        }
        throw new InvalidDataException($"{path}, {place}: {ErrorText.Quote(line)} is not a JSON object.");
    }

    private static string Field(JsonElement row, string column, string path, string place)
    {
        if (!row.TryGetProperty(column, out JsonElement value))
            throw new InvalidDataException($"{path}, {place}: field '{column}' is missing.");
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new InvalidDataException(
                $"{path}, {place}: field '{column}' is {ErrorText.Quote(value.GetRawText())}; expected text or a number."),
        };
    }
}
