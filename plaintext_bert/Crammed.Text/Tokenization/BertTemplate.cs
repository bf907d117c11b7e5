namespace Crammed.Text;

/// <summary>How BERT's inputs are built: [CLS] A [SEP] of token type 0, B [SEP] of type 1.</summary>
internal static class BertTemplate
{
    /// <summary>Refuses a tokenizer.json whose post_processor builds inputs in another way.</summary>
    public static void Require(JsonSettings file, BertTokenizer tokenizer)
    {
        var (start, end) = (tokenizer.Options.ClassificationToken, tokenizer.Options.SeparatorToken);
        var (startId, endId) = (tokenizer.Special.Classification, tokenizer.Special.Separator);
        object[] single = [Special(start, 0), Sequence("A", 0), Special(end, 0)];
        var template = new
        {
            type = "TemplateProcessing",
            single,
            pair = (object[])[.. single, Sequence("B", 1), Special(end, 1)],
            special_tokens = new Dictionary<string, object> { [start] = Known(start, startId), [end] = Known(end, endId) },
        };
        var older = new { type = "BertProcessing", sep = (object[])[end, endId], cls = (object[])[start, startId] };
        if (file.Object("post_processor") is { } processor && !processor.Equals(template) && !processor.Equals(older))
        {
            throw file.Wrong(
                "post_processor",
                $"BERT's: {start} A {end} of type 0, B {end} of type 1, with the ids {startId} and {endId}; other inputs are not built");
        }

        static object Special(string id, int type_id) => new { SpecialToken = new { id, type_id } };

        static object Sequence(string id, int type_id) => new { Sequence = new { id, type_id } };

        static object Known(string id, int number) => new { id, ids = new[] { number }, tokens = new[] { id } };
    }
}
