namespace Crammed.Model;

/// <summary>
/// A pretrained model on disk: a folder with these files, and the tokenizer's settings in tokenizer_config.json. Tensors of
/// model.safetensors (float32, [out, in]):
/// <c>embedding.word.weight</c> [vocabulary, hidden], <c>embedding.position_scale</c> [1], <c>embedding.norm.weight/bias</c> [hidden],
/// per layer i <c>layers.{i}.attention_norm.weight/bias</c>, <c>layers.{i}.attention.{query|key|value|output}.weight</c> [hidden, hidden],
/// <c>layers.{i}.feed_forward_norm.weight/bias</c>, <c>layers.{i}.feed_forward.expand.weight</c> [ff, hidden] (rows 0 .. ff/2-1 are the
/// linear half a, the rest the gated half g), <c>layers.{i}.feed_forward.contract.weight</c> [hidden, ff/2], and
/// <c>final_norm.weight/bias</c>. Positions are computed; the decoder is tied to the word embedding; neither is stored. Of the original style
/// (<see cref="EncoderStyle"/>) there are <c>embedding.position.weight</c> [sequence, hidden] and <c>embedding.token_type.weight</c>
/// [2, hidden] in place of the scale, a <c>.bias</c> beside every linear layer's weight, and no final norm. Without a gate the widths are
/// [ff, hidden] and [hidden, ff].
/// </summary>
public static class CheckpointFiles
{
    public const string Weights = "model.safetensors";
    public const string Configuration = "config.json";
    public const string Vocabulary = "vocab.txt";
    public const string Calibration = "calibration.json";
}
