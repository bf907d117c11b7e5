using System.Text.Json;
using Crammed.Files;

namespace Crammed.Text;

/// <summary>
/// The files of a BERT's tokenizer in Hugging Face's formats. All files of a folder are read; settings that two of them state must be the
/// same, and one that changes the ids in a way that <see cref="BertOptions"/> cannot express is refused.
/// </summary>
internal sealed class BertTokenizerFiles(string path, string? settingsFolder, int? sequenceLength)
{
    private const string Vocabulary = "vocab.txt";
    private const string Configuration = "tokenizer_config.json";
    private const string Tokenizer = "tokenizer.json";

    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Fields of tokenizer_config.json, and the options that they are.</summary>
    private static readonly (string Field, string Option)[] Flags =
    [
        ("do_lower_case", nameof(BertOptions.LowerCaseBeforeTokenization)), ("strip_accents", nameof(BertOptions.RemoveNonSpacingMarks)),
        ("tokenize_chinese_chars", nameof(BertOptions.IndividuallyTokenizeCjk)), ("clean_text", nameof(BertOptions.CleanText)),
        ("do_basic_tokenize", nameof(BertOptions.ApplyBasicTokenization)),
    ];

    /// <summary>Fields of tokenizer_config.json and special_tokens_map.json, and the options that they are.</summary>
    private static readonly (string Field, string Option)[] Tokens =
    [
        ("unk_token", nameof(BertOptions.UnknownToken)), ("sep_token", nameof(BertOptions.SeparatorToken)),
        ("pad_token", nameof(BertOptions.PaddingToken)), ("cls_token", nameof(BertOptions.ClassificationToken)),
        ("mask_token", nameof(BertOptions.MaskingToken)),
    ];

    private readonly Dictionary<string, (object Value, string Where)> _stated = [];
    private readonly List<(string Token, int? Id, string Where)> _added = [];

    /// <summary>What can be checked only when options and vocabulary are known.</summary>
    private readonly List<Action<BertTokenizer>> _checks = [];

    /// <summary>Writes a tokenizer's files.</summary>
    public static void Write(BertTokenizer tokenizer, string folder)
    {
        tokenizer.Vocabulary.Write(Path.Combine(folder, Vocabulary));
        AtomicFile.WriteText(Path.Combine(folder, Configuration), ToJson(tokenizer.Options));
    }

    /// <summary>Whether options are those that are taken where nothing is stated.</summary>
    public static bool AreDefaults(BertOptions options) => ToJson(options) == ToJson(new BertOptions());

    /// <summary>The text of tokenizer_config.json; Hugging Face's names, and one of ours for the longest word.</summary>
    public static string ToJson(BertOptions options) => JsonSerializer.Serialize(
        new
        {
            tokenizer_class = "BertTokenizer",
            do_lower_case = options.LowerCaseBeforeTokenization,
            strip_accents = options.RemoveNonSpacingMarks,
            tokenize_chinese_chars = options.IndividuallyTokenizeCjk,
            clean_text = options.CleanText,
            do_basic_tokenize = options.ApplyBasicTokenization,
            split_special_tokens = !options.SplitOnSpecialTokens,
            wordpieces_prefix = options.ContinuingSubwordPrefix,
            max_input_chars_per_word = options.MaxInputCharsPerWord,
            unk_token = options.UnknownToken,
            sep_token = options.SeparatorToken,
            pad_token = options.PaddingToken,
            cls_token = options.ClassificationToken,
            mask_token = options.MaskingToken,
            additional_special_tokens = options.AdditionalSpecialTokens,
        },
        JsonOptions) + "\n";

    /// <summary>Reads the files.</summary>
    public BertTokenizer Read()
    {
        var isFolder = Directory.Exists(path) || (!File.Exists(path) && !Path.HasExtension(path));
        var folder = isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var text = isFolder || Path.GetExtension(path) == ".json" ? Path.Combine(folder, Vocabulary) : path;
        var json = !isFolder && Path.GetExtension(path) == ".json" ? path : Path.Combine(folder, Tokenizer);
        if (isFolder ? !File.Exists(text) && !File.Exists(json) : !File.Exists(path))
        {
            throw new FileNotFoundException(isFolder
                ? $"{text}: not found, nor is {Tokenizer}; one of them has the vocabulary"
                : $"{path}: not found; a tokenizer has its vocabulary in {Vocabulary} or {Tokenizer}");
        }

        var fromText = File.Exists(text) ? WordPieceVocabulary.Read(text).Tokens : null;
        var fromJson = File.Exists(json) ? ReadTokenizer(json) : null;
        if (fromText is not null && fromJson is not null)
            RequireSame(text, fromText, json, fromJson);
        ReadSettings(folder);
        if (settingsFolder is not null && Path.GetFullPath(settingsFolder) != Path.GetFullPath(folder))
        {
            ReadSettings(settingsFolder);
            if (File.Exists(Path.Combine(settingsFolder, Tokenizer)))
                ReadTokenizer(Path.Combine(settingsFolder, Tokenizer));
        }

        var name = fromText is null ? json : text;
        var tokenizer = BertTokenizer.Create(WithAdded(fromText ?? fromJson!, name), Options(), name);
        _checks.ForEach(check => check(tokenizer));
        return tokenizer;
    }

    private void ReadSettings(string folder)
    {
        if (Existing(Configuration) is { } configuration)
            ReadConfiguration(configuration, File.Exists(Path.Combine(folder, Tokenizer)));
        if (Existing("special_tokens_map.json") is { } map)
            ReadSpecialTokens(map);
        if (Existing("added_tokens.json") is { } added)
        {
            foreach (var token in added.Names)
                _added.Add((token, added.Number(token), added.Where(token)));
        }

        JsonSettings? Existing(string name) =>
            Path.Combine(folder, name) is var file && File.Exists(file) ? JsonSettings.Read(file) : null;
    }

    private void ReadConfiguration(JsonSettings file, bool hasTokenizer)
    {
        string[] classes = hasTokenizer
            ? ["BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"]
            : ["BertTokenizer", "BertTokenizerFast"];
        Require(file, "tokenizer_class", [.. classes]);
        Require(file, "padding_side", "right");
        Require(file, "truncation_side", "right");
        foreach (var (field, option) in Flags)
            State(option, file.Flag(field), file.Where(field));
        State(nameof(BertOptions.SplitOnSpecialTokens), !file.Flag("split_special_tokens"), file.Where("split_special_tokens"));
        State(nameof(BertOptions.ContinuingSubwordPrefix), file.Text("wordpieces_prefix"), file.Where("wordpieces_prefix"));
        ReadLongestWord(file);
        ReadSpecialTokens(file);
        RequireRoom(file, "model_max_length");
        if (file.Object("added_tokens_decoder") is { } decoder)
        {
            foreach (var id in decoder.Names)
            {
                if (!int.TryParse(id, out var number))
                    throw decoder.Wrong(id, "left out: the names of its fields are ids");
                AddToken(decoder.Object(id) ?? throw decoder.Wrong(id, "a token"), number);
            }
        }

        string[] neverSplit = [.. file.Texts("never_split")];
        _checks.Add(tokenizer =>
        {
            if (neverSplit.Any(token => !tokenizer.IsSpecial(token)))
                throw file.Wrong("never_split", "left out or name special tokens alone; transformers' fast tokenizers do not heed it");
        });
    }

    private void ReadSpecialTokens(JsonSettings file)
    {
        foreach (var (field, option) in Tokens)
            State(option, file.HoldsObject(field) ? Content(file.Object(field)!) : file.Text(field), file.Where(field));
        foreach (var field in (string[])["additional_special_tokens", "extra_special_tokens"])
        {
            if (!file.HoldsObject(field))
                _added.AddRange(file.Texts(field, Content).Select(token => (token, (int?)null, file.Where(field))));
            else if (file.Object(field) is { } byName)
                _added.AddRange(byName.Names.Select(name => (byName.Text(name) ?? "", (int?)null, byName.Where(name))));
        }
    }

    /// <summary>Reads tokenizer.json; returns the tokens of its model.</summary>
    private string[] ReadTokenizer(string path)
    {
        var file = JsonSettings.Read(path).Only(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        ReadNormalizer(file);
        var splitter = file.Object("pre_tokenizer") ?? throw file.Wrong("pre_tokenizer", "a BertPreTokenizer");
        Require(splitter.Only("type"), "type", "BertPreTokenizer");
        State(nameof(BertOptions.ApplyBasicTokenization), true, file.Where("pre_tokenizer"));
        foreach (var token in file.Objects("added_tokens"))
            AddToken(token, token.Number("id") ?? throw token.Wrong("id", "the token's id"));
        if (file.Object("truncation") is { } truncation)
        {
            Require(truncation, "direction", "Right");
            Require(truncation, "strategy", "LongestFirst");
            RequireRoom(truncation, "max_length");
        }

        if (file.Object("padding") is { } padding)
        {
            Require(padding, "direction", "Right");
            State(nameof(BertOptions.PaddingToken), padding.Text("pad_token"), padding.Where("pad_token"));
            RequireId(padding, "pad_id", tokenizer => tokenizer.Special.Padding);
        }

        _checks.Add(tokenizer => BertTemplate.Require(file, tokenizer));
        return ReadModel(file.Object("model") ?? throw file.Wrong("model", "a WordPiece model"));
    }

    private void ReadNormalizer(JsonSettings file)
    {
        (string Field, string Option)[] flags =
        [
            ("lowercase", nameof(BertOptions.LowerCaseBeforeTokenization)), ("strip_accents", nameof(BertOptions.RemoveNonSpacingMarks)),
            ("handle_chinese_chars", nameof(BertOptions.IndividuallyTokenizeCjk)), ("clean_text", nameof(BertOptions.CleanText)),
        ];
        var normalizer = file.Object("normalizer");
        if (normalizer is not null)
            Require(normalizer.Only(["type", .. flags.Select(flag => flag.Field)]), "type", "BertNormalizer");
        // Without a normalizer nothing is done.
        foreach (var (field, option) in flags)
            State(option, normalizer is null ? false : normalizer.Flag(field), normalizer?.Where(field) ?? file.Where("normalizer"));
    }

    private string[] ReadModel(JsonSettings model)
    {
        model.Only("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
        Require(model, "type", "WordPiece");
        State(nameof(BertOptions.UnknownToken), model.Text("unk_token"), model.Where("unk_token"));
        State(
            nameof(BertOptions.ContinuingSubwordPrefix), model.Text("continuing_subword_prefix"), model.Where("continuing_subword_prefix"));
        ReadLongestWord(model);
        var vocabulary = model.Object("vocab") ?? throw model.Wrong("vocab", "the tokens with their ids");
        string[] names = [.. vocabulary.Names], tokens = new string[names.Length];
        foreach (var name in names)
        {
            if (vocabulary.Number(name) is not { } id || id < 0 || id >= tokens.Length || tokens[id] is not null)
                throw vocabulary.Wrong(name, $"an id of its own from 0 to {tokens.Length - 1}");
            tokens[id] = name;
        }

        return tokens;
    }

    private void ReadLongestWord(JsonSettings file)
    {
        const string Field = "max_input_chars_per_word";
        if (file.Number(Field) is < 1 or > BertTokenizer.LongestWord)
            throw file.Wrong(Field, $"1 to {BertTokenizer.LongestWord}");
        State(nameof(BertOptions.MaxInputCharsPerWord), file.Number(Field), file.Where(Field));
    }

    private void AddToken(JsonSettings token, int id) => _added.Add((Content(token), id, token.Where("content")));

    /// <summary>The token of an AddedToken; only such are read as are found in the text as it is, anywhere.</summary>
    private static string Content(JsonSettings token)
    {
        foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
        {
            if (token.Flag(flag) == true)
                throw token.Wrong(flag, "false; added tokens are found in the text as it is");
        }

        return token.Text("content") ?? throw token.Wrong("content", "a token");
    }

    /// <summary>The vocabulary with the added tokens that have ids beyond it.</summary>
    private WordPieceVocabulary WithAdded(IReadOnlyList<string> tokens, string name)
    {
        List<string> all = [.. tokens];
        var ids = all.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
        foreach (var (token, id, where) in _added.OrderBy(added => added.Id ?? int.MaxValue))
        {
            if (id is null || (ids.TryGetValue(token, out var known) && known == id))
                continue;
            if (id != all.Count || !ids.TryAdd(token, all.Count))
            {
                throw new InvalidDataException(
                    $"{where} is {ErrorText.Quote(token)} with the id {id}, which in {name} is "
                    + $"{(id < all.Count && id >= 0 ? ErrorText.Quote(all[id.Value]) : "none of the ids, nor the next")}; make them agree");
            }

            all.Add(token);
        }

        try
        {
            return new WordPieceVocabulary(all);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{name}: {fault.Message}", fault);
        }
    }

    private BertOptions Options()
    {
        BertOptions defaults = new();
        var options = defaults with
        {
            UnknownToken = Stated(nameof(BertOptions.UnknownToken), defaults.UnknownToken),
            SeparatorToken = Stated(nameof(BertOptions.SeparatorToken), defaults.SeparatorToken),
            PaddingToken = Stated(nameof(BertOptions.PaddingToken), defaults.PaddingToken),
            ClassificationToken = Stated(nameof(BertOptions.ClassificationToken), defaults.ClassificationToken),
            MaskingToken = Stated(nameof(BertOptions.MaskingToken), defaults.MaskingToken),
            ContinuingSubwordPrefix = Stated(nameof(BertOptions.ContinuingSubwordPrefix), defaults.ContinuingSubwordPrefix),
            MaxInputCharsPerWord = Stated(nameof(BertOptions.MaxInputCharsPerWord), defaults.MaxInputCharsPerWord),
            CleanText = Stated(nameof(BertOptions.CleanText), defaults.CleanText),
            LowerCaseBeforeTokenization = Stated(nameof(BertOptions.LowerCaseBeforeTokenization), defaults.LowerCaseBeforeTokenization),
            ApplyBasicTokenization = Stated(nameof(BertOptions.ApplyBasicTokenization), defaults.ApplyBasicTokenization),
            SplitOnSpecialTokens = Stated(nameof(BertOptions.SplitOnSpecialTokens), defaults.SplitOnSpecialTokens),
            IndividuallyTokenizeCjk = Stated(nameof(BertOptions.IndividuallyTokenizeCjk), defaults.IndividuallyTokenizeCjk),
            RemoveNonSpacingMarks = Stated(nameof(BertOptions.RemoveNonSpacingMarks), defaults.RemoveNonSpacingMarks),
        };
        string[] named =
        [
            options.UnknownToken, options.SeparatorToken, options.PaddingToken, options.ClassificationToken, options.MaskingToken,
        ];
        return options with { AdditionalSpecialTokens = [.. _added.Select(added => added.Token).Except(named)] };
    }

    private T Stated<T>(string option, T otherwise) => _stated.TryGetValue(option, out var stated) ? (T)stated.Value : otherwise;

    /// <summary>Notes what a file says of an option; null says nothing.</summary>
    private void State(string option, object? value, string where)
    {
        if (value is not null && !_stated.TryAdd(option, (value, where)) && !_stated[option].Value.Equals(value))
        {
            throw new InvalidDataException(
                $"{where} is {Shown(value)}, and {_stated[option].Where} is {Shown(_stated[option].Value)}; make them agree");
        }

        static string Shown(object value) => value is bool flag ? (flag ? "true" : "false") : ErrorText.Quote($"{value}");
    }

    private static void Require(JsonSettings file, string field, params string[] known)
    {
        if (file.Text(field) is { } text && !known.Contains(text))
            throw file.Wrong(field, $"{string.Join(" or ", known)}; others are not read");
    }

    private void RequireId(JsonSettings file, string field, Func<BertTokenizer, int> id)
    {
        if (file.Number(field) is { } number)
        {
            _checks.Add(tokenizer =>
            {
                if (number != id(tokenizer))
                    throw file.Wrong(field, $"{id(tokenizer)}, the token's id in the vocabulary");
            });
        }
    }

    private void RequireRoom(JsonSettings file, string field)
    {
        if (file.Number(field) is { } length && sequenceLength > length)
            throw file.Wrong(field, $"{sequenceLength} or more, the tokens of an input; give sequence_length={length}");
    }

    private static void RequireSame(string text, IReadOnlyList<string> fromText, string json, string[] fromJson)
    {
        var differing = Enumerable.Range(0, Math.Max(fromText.Count, fromJson.Length))
            .FirstOrDefault(id => fromText.ElementAtOrDefault(id) != fromJson.ElementAtOrDefault(id), -1);
        if (differing >= 0)
        {
            throw new InvalidDataException(
                $"{json}: model.vocab has {Shown(fromJson)} with the id {differing}, and {text} has {Shown(fromText)}; delete the file "
                + "that is not the model's");
        }

        string Shown(IReadOnlyList<string> tokens) =>
            differing < tokens.Count ? ErrorText.Quote(tokens[differing]) : "no token";
    }
}
