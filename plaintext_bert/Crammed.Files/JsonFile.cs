using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crammed.Files;

/// <summary>Small JSON files, which may come from anybody, read into records.</summary>
public static partial class JsonFile
{
    /// <summary>Reads a file that holds one object, in UTF-8.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="whenMissing">What to do where there is no such file.</param>
    /// <param name="validate">Checks the values; an <see cref="ArgumentException"/> of it becomes one that names the file.</param>
    /// <param name="maximumBytes">A longer file is refused before it is read.</param>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="InvalidDataException">
    /// Too long, malformed, null, or refused; names the file, and line and field where it can.
    /// </exception>
    public static T Read<T>(
        string path, JsonSerializerOptions options, string whenMissing, Action<T>? validate = null, long maximumBytes = 1 << 20)
        where T : class
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: not found; {whenMissing}", path);
        using var stream = File.OpenRead(path);
        if (stream.Length > maximumBytes)
            throw new InvalidDataException($"{path}: longer than {maximumBytes} bytes");
        try
        {
            var value = JsonSerializer.Deserialize<T>(stream, options)
                ?? throw new InvalidDataException($"{path}: holds null, not a configuration");
            validate?.Invoke(value);
            return value;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {Describe(exception)}", exception);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>What is wrong, without the names of .NET's types, which say nothing to who wrote the file.</summary>
    public static string Describe(JsonException exception)
    {
        var line = exception.LineNumber is { } number ? $"line {number + 1}: " : "";
        var message = exception.Message.Split(" Path: ")[0];
        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            message = exception.Path is "$" ? "not a JSON object" : "a value of the wrong kind, or no word that may stand here";
        var field = exception.Path is { Length: > 2 } path ? $"{path[2..]}: " : "";
        return line + field + TypeName().Replace(message, "");
    }

    /// <summary>Whether a setting is at rest: null, false, or empty.</summary>
    public static bool IsUnset(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        var kind => kind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False,
    };

    /// <summary>A value as it is written; empty where there is none.</summary>
    public static string Written(this JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText();

    [GeneratedRegex(@"( to any \.NET member contained in| for| of| on) type '[^']*'| Consider updating its nullability annotation\.")]
    private static partial Regex TypeName();
}
