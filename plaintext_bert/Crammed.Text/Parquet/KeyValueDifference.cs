using Crammed.Files;

namespace Crammed.Text.Parquet;

/// <summary>Compares the key-value metadata of two files.</summary>
internal static class KeyValueDifference
{
    /// <summary>The first difference in words, "seed = '1', and now it is '2'"; null: the entries are the same.</summary>
    /// <param name="earlier">What was written.</param>
    /// <param name="now">What is to be written.</param>
    public static string? Of(IEnumerable<KeyValuePair<string, string>> earlier, IEnumerable<KeyValuePair<string, string>> now)
    {
        var (before, after) = (earlier.ToList(), now.ToList());
        foreach (var (key, value) in after)
        {
            var found = before.FindIndex(entry => entry.Key == key);
            if (found < 0)
                return $"no {key}, and now it is {ErrorText.Quote(value)}";
            if (before[found].Value != value)
                return $"{key} = {ErrorText.Quote(before[found].Value)}, and now it is {ErrorText.Quote(value)}";
        }

        var surplus = before.FindIndex(entry => !after.Exists(other => other.Key == entry.Key));
        return surplus < 0 ? null : $"{ErrorText.Quote(before[surplus].Key)}, which now is not set";
    }
}
