using System.Text.Json.Nodes;

namespace Crammed.Text.Tests;

/// <summary>Settings of a tokenizer's files change the ids as they say, or are refused by name.</summary>
public class BertTokenizerFilesTests : FolderTests
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Key", "key", "##s", "é", "e", "日", "日本", "本", ",", "k,", "<s>", "##\ud800\udf30", "@@s"];

    [TestCase("""{"do_lower_case": false}""", "Keys é", "5,7,8")]
    [TestCase("""{"do_lower_case": true}""", "Keys é", "6,7,9")]
    [TestCase("""{"strip_accents": false}""", "Keys É", "6,7,8")]
    [TestCase("""{"do_lower_case": false, "strip_accents": true}""", "Keys é", "5,7,9")]
    [TestCase("""{"tokenize_chinese_chars": false}""", "日本", "11")]
    [TestCase("""{"tokenize_chinese_chars": true}""", "日本", "10,12")]
    [TestCase("""{"clean_text": false}""", "ke\u0001y", "1")]
    [TestCase("""{"clean_text": true}""", "ke\u0001y", "6")]
    [TestCase("""{"do_basic_tokenize": false}""", "k, Key", "14,5")]
    [TestCase("""{"split_special_tokens": true}""", "[SEP]", "1,1,1")]
    [TestCase("""{"unk_token": "<s>"}""", "x key", "15,6")]
    [TestCase("""{"unk_token": {"content": "<s>", "lstrip": false}}""", "x key", "15,6")]
    [TestCase("""{"additional_special_tokens": ["<s>"]}""", "key<s>key", "6,15,6")]
    [TestCase("""{"extra_special_tokens": {"start": "<s>"}}""", "key<s>key", "6,15,6")]
    [TestCase("""{"wordpieces_prefix": "@@"}""", "keys", "6,17")]
    [TestCase("""{"max_input_chars_per_word": 3}""", "keys key", "1,6")]
    [TestCase("""{"never_split": ["[SEP]"], "padding_side": "right", "truncation_side": null, "model_max_length": 1e30}""", "Key", "6")]
    [TestCase("""{"added_tokens_decoder": {"18": {"content": "<new>", "special": true}}}""", "key<new>", "6,18")]
    [TestCase("""{"tokenizer_class": "BertTokenizerFast", "name_or_path": "x"}""", "Key", "6")]
    public void A_setting_of_the_configuration_is_honoured(string json, string text, string ids)
    {
        Write("vocab.txt", VocabularyText());
        Write("tokenizer_config.json", json);
        var tokenizer = BertTokenizer.Load(Folder.Path);
        Assert.That(string.Join(',', tokenizer.EncodeToIds(text)), Is.EqualTo(ids));
        // Saved and read back it is the same, and it is told apart from one of other settings.
        using TemporaryFolder saved = new();
        tokenizer.Save(saved.Path);
        var again = BertTokenizer.Load(saved.Path);
        Assert.That(string.Join(',', again.EncodeToIds(text)), Is.EqualTo(ids));
        Assert.That(again.Sha256, Is.EqualTo(tokenizer.Sha256));
        File.Delete(Path.Combine(saved.Path, "tokenizer_config.json"));
        var same = BertTokenizerFiles.AreDefaults(tokenizer.Options);
        Assert.That(BertTokenizer.Load(saved.Path).Sha256 == tokenizer.Sha256, Is.EqualTo(same));
        Assert.That(tokenizer.EncodeToIds(text).SequenceEqual(BertTokenizer.Load(saved.Path).EncodeToIds(text)) || !same);
    }

    [TestCase("""{"tokenizer_class": "BertJapaneseTokenizer"}""", "tokenizer_class is '\"BertJapaneseTokenizer\"'; it must be BertTokenizer or")]
    [TestCase("""{"tokenizer_class": "PreTrainedTokenizerFast"}""", "tokenizer_class is")]
    [TestCase("""{"never_split": ["Key"]}""", "never_split is '[\"Key\"]'; it must be left out or name special tokens alone")]
    [TestCase("""{"padding_side": "left"}""", "padding_side is '\"left\"'; it must be right")]
    [TestCase("""{"truncation_side": "left"}""", "truncation_side is '\"left\"'; it must be right")]
    [TestCase("""{"model_max_length": 64}""", "model_max_length is '64'; it must be 128 or more, the tokens of an input; give sequence_length=64")]
    [TestCase("""{"do_lower_case": "no"}""", "do_lower_case is '\"no\"'; it must be true or false")]
    [TestCase("""{"cls_token": "<cls>"}""", "the special token '<cls>' is missing")]
    [TestCase("""{"cls_token": "\ud800"}""", "cls_token is '\"\\ud800\"'; it must be a text")]
    [TestCase("""{"mask_token": {"content": "[MASK]", "lstrip": true}}""", "mask_token.lstrip is 'true'; it must be false")]
    [TestCase("""{"additional_special_tokens": ["<e>"]}""", "the special token '<e>' is missing")]
    [TestCase("""{"additional_special_tokens": [1]}""", "additional_special_tokens is '[1]'; it must be a list of texts")]
    [TestCase("""{"max_input_chars_per_word": 0}""", "max_input_chars_per_word is '0'; it must be 1 to 10000")]
    [TestCase("""{"added_tokens_decoder": {"20": {"content": "<new>"}}}""", "added_tokens_decoder.20.content is '<new>' with the id 20")]
    [TestCase("""{"added_tokens_decoder": {"5": {"content": "key"}}}""", "is 'key' with the id 5, which in")]
    [TestCase("""{"added_tokens_decoder": {"x": {"content": "key"}}}""", "added_tokens_decoder.x is")]
    [TestCase("""{"do_lower_case": true, "do_lower_case": false}""", "tokenizer_config.json: ")]
    [TestCase("[]", "tokenizer_config.json: holds no JSON object")]
    [TestCase("{", "tokenizer_config.json: ")]
    [TestCase("""{"\ud800": 1}""", "tokenizer_config.json")]
    public void A_setting_of_the_configuration_that_is_not_supported_is_refused(string json, string message)
    {
        Write("vocab.txt", VocabularyText());
        Write("tokenizer_config.json", json);
        Refuse(message);
    }

    [TestCase("normalizer.lowercase", "false", "Keys é", "5,7,8")]
    [TestCase("normalizer.strip_accents", "false", "Keys É", "6,7,8")]
    [TestCase("normalizer.handle_chinese_chars", "false", "日本", "11")]
    [TestCase("normalizer.clean_text", "false", "ke\u0001y", "1")]
    [TestCase("normalizer", "null", "Keys ke\u0001y 日本", "5,7,1,11")]
    [TestCase("model.unk_token", "\"<s>\"", "x", "15")]
    [TestCase("model.continuing_subword_prefix", "\"@@\"", "keys", "6,17")]
    [TestCase("model.max_input_chars_per_word", "3", "keys", "1")]
    [TestCase("model.type", null, "keys", "6,7")]
    [TestCase("post_processor", "null", "keys", "6,7")]
    [TestCase("post_processor", """{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}""", "keys", "6,7")]
    [TestCase("truncation", """{"direction": "Right", "max_length": 128, "strategy": "LongestFirst", "stride": 0}""", "keys", "6,7")]
    [TestCase("padding", """{"direction": "Right", "pad_id": 0, "pad_token": "[PAD]", "strategy": {"Fixed": 128}}""", "keys", "6,7")]
    public void Tokenizer_json_alone_gives_vocabulary_and_settings(string field, string? value, string text, string ids)
    {
        Write("tokenizer.json", TokenizerJson(field, value));
        var tokenizer = BertTokenizer.Load(Folder.Path);
        Assert.That(tokenizer.Vocabulary.Tokens, Is.EqualTo(Vocabulary));
        Assert.That(string.Join(',', tokenizer.EncodeToIds(text)), Is.EqualTo(ids));
    }

    [TestCase("normalizer.type", "\"Lowercase\"", "normalizer.type is '\"Lowercase\"'; it must be BertNormalizer")]
    [TestCase("normalizer.more", "true", "normalizer.more is 'true'; it must be left out")]
    [TestCase("pre_tokenizer", "null", "pre_tokenizer is 'null'; it must be a BertPreTokenizer")]
    [TestCase("pre_tokenizer.type", "\"Whitespace\"", "pre_tokenizer.type is '\"Whitespace\"'; it must be BertPreTokenizer")]
    [TestCase("model", "null", "model is 'null'; it must be a WordPiece model")]
    [TestCase("model.type", "\"BPE\"", "model.type is '\"BPE\"'; it must be WordPiece")]
    [TestCase("model.vocab.key", "18", "model.vocab.key is '18'; it must be an id of its own from 0 to 17")]
    [TestCase("model.vocab.key", "5", "it must be an id of its own from 0 to 17")]
    [TestCase("post_processor", """{"type": "RobertaProcessing"}""", "post_processor is")]
    [TestCase("post_processor.pair", "[]", "it must be BERT's: [CLS] A [SEP] of type 0, B [SEP] of type 1, with the ids 2 and 3")]
    [TestCase("post_processor.special_tokens", """{"[CLS]": {"id": "[CLS]", "ids": [3], "tokens": ["[CLS]"]}}""", "post_processor is")]
    [TestCase("truncation", """{"direction": "Left"}""", "truncation.direction is '\"Left\"'; it must be Right")]
    [TestCase("truncation", """{"strategy": "OnlyFirst"}""", "truncation.strategy is '\"OnlyFirst\"'; it must be LongestFirst")]
    [TestCase("truncation", """{"max_length": 32}""", "truncation.max_length is '32'; it must be 128 or more")]
    [TestCase("padding", """{"direction": "Left"}""", "padding.direction is")]
    [TestCase("padding", """{"pad_id": 1}""", "padding.pad_id is '1'; it must be 0")]
    [TestCase("added_tokens", """[{"id": 3, "content": "[SEP]", "normalized": true}]""", "added_tokens[0].normalized is 'true'; it must be false")]
    [TestCase("added_tokens", """[{"content": "[SEP]"}]""", "added_tokens[0].id is 'null'; it must be the token's id")]
    [TestCase("extra", "1", "extra is '1'; it must be left out")]
    public void What_tokenizer_json_asks_for_beyond_bert_is_refused(string field, string value, string message)
    {
        Write("tokenizer.json", TokenizerJson(field, value));
        Refuse(message);
    }

    [TestCase("tokenizer_config.json", """{"do_lower_case": false}""", "do_lower_case is false, and ", "normalizer.lowercase is true; make them agree")]
    [TestCase("special_tokens_map.json", """{"unk_token": "<s>"}""", "unk_token is '<s>', and ", "model.unk_token is '[UNK]'; make them agree")]
    [TestCase("added_tokens.json", """{"<new>": 20}""", "<new> is '<new>' with the id 20", "none of the ids")]
    [TestCase("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n", "model.vocab has '[SEP]' with the id 3, and ", "vocab.txt has no token")]
    public void Files_that_contradict_each_other_are_refused(string name, string content, string first, string second)
    {
        Write("tokenizer.json", TokenizerJson("version", "\"1.0\""));
        Write(name, content);
        Refuse(first, second);
    }

    [Test]
    public void A_vocabulary_from_elsewhere_takes_the_models_settings()
    {
        Write("tokenizer_config.json", """{"do_lower_case": false}""");
        using TemporaryFolder other = new();
        File.WriteAllText(other.Combine("words.txt"), VocabularyText());
        Assert.That(BertTokenizer.Load(other.Combine("words.txt"), Folder.Path).EncodeToIds("Key"), Is.EqualTo((int[])[5]));
        File.WriteAllText(other.Combine("tokenizer_config.json"), """{"do_lower_case": true}""");
        Assert.That(
            () => BertTokenizer.Load(other.Combine("words.txt"), Folder.Path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("make them agree"));
    }

    [Test]
    public void The_real_tokenizer_json_is_that_of_vocab_txt()
    {
        var folder = Path.GetDirectoryName(SharedData.File("vocab/bert-base-uncased/vocab.txt"))!;
        var fromJson = BertTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        Assert.That(fromJson.Vocabulary.Tokens, Is.EqualTo(TextLines.Read(Path.Combine(folder, "vocab.txt"))));
        Assert.That(fromJson.Options, Is.EqualTo(new BertOptions() with { AdditionalSpecialTokens = fromJson.Options.AdditionalSpecialTokens }));
        Assert.That(fromJson.Options.AdditionalSpecialTokens, Is.Empty);
        // The identity of a tokenizer with bert-base-uncased's settings is the hash of its vocab.txt.
        Assert.That(fromJson.Sha256, Is.EqualTo("07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"));
    }

    [Test]
    public void A_missing_vocabulary_is_named()
    {
        Assert.That(
            () => BertTokenizer.Load(Folder.Path),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("vocab.txt: not found, nor is tokenizer.json"));
        Write("tokenizer.json", TokenizerJson("version", "\"1.0\""));
        Assert.That(
            () => BertTokenizer.Load(Folder.Combine("other.txt")), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("other.txt: not found"));
    }

    private void Refuse(params string[] messages)
    {
        var constraint = Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(Folder.Path).And.Message.Not.Contains("\n");
        foreach (var message in messages)
            constraint = constraint.And.Message.Contains(message);
        Assert.That(() => BertTokenizer.Load(Folder.Path, sequenceLength: 128), constraint);
    }

    private void Write(string name, string content) => File.WriteAllText(Folder.Combine(name), content);

    private static string VocabularyText() => string.Concat(Vocabulary.Select(token => token + "\n"));

    /// <summary>The tokenizer.json of a BERT in Hugging Face's form, with one field changed, or left out where the value is null.</summary>
    private static string TokenizerJson(string field, string? value)
    {
        var root = JsonNode.Parse(
            """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [{"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
              "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
               {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
              "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {}}}
            """)!;
        for (var id = 0; id < Vocabulary.Length; id++)
            root["model"]!["vocab"]![Vocabulary[id]] = id;
        var path = field.Split('.');
        var owner = path[..^1].Aggregate(root, (node, name) => node[name]!).AsObject();
        if (value is null)
            owner.Remove(path[^1]);
        else
            owner[path[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }
}
