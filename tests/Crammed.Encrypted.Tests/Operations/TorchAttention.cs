using static TorchSharp.torch;

namespace Crammed.Encrypted.Tests.Operations;

/// <summary>
/// Kernel attention in its textbook form, scores [example, head, query token, key token], and the reordering between that and the
/// score maps [example, token, head x giant x baby] of the circuit: the map of offset (giant, baby) holds at token t the score of query
/// t - giant * babySteps with key t + baby.
/// </summary>
internal sealed class TorchAttention(int examples, int tokens, int heads)
{
    private int BabySteps
    {
        get
        {
            var steps = 1;
            while (steps * steps < tokens)
                steps *= 2;
            return steps;
        }
    }

    /// <summary>(1 - ||q - k||^2)^(2^power); query and key [example, token, feature].</summary>
    public Tensor Scores(Tensor query, Tensor key, int power)
    {
        var difference = ByHead(query).unsqueeze(3) - ByHead(key).unsqueeze(2);
        return (1 - difference.square().sum(-1)).pow(1 << power);
    }

    /// <summary>Scores times values, [example, token, feature].</summary>
    public Tensor Attend(Tensor scores, Tensor value) =>
        scores.matmul(ByHead(value)).permute(0, 2, 1, 3).reshape(examples, tokens, value.shape[2]);

    public Tensor ToMaps(Tensor scores)
    {
        var indices = new long[examples * tokens * heads * tokens];
        ForEach((example, head, query, keyToken, place) =>
            indices[place] = ((example * heads + head) * tokens + query) * (long)tokens + keyToken);
        return scores.reshape(-1).index_select(0, tensor(indices)).reshape(examples, tokens, heads * tokens);
    }

    public Tensor FromMaps(Tensor maps)
    {
        var indices = new long[examples * tokens * heads * tokens];
        ForEach((example, head, query, keyToken, place) =>
            indices[((example * heads + head) * tokens + query) * tokens + keyToken] = place);
        return maps.reshape(-1).index_select(0, tensor(indices)).reshape(examples, heads, tokens, tokens);
    }

    private Tensor ByHead(Tensor x) => x.reshape(examples, tokens, heads, x.shape[2] / heads).permute(0, 2, 1, 3);

    /// <summary>Visits every score with its place among the maps.</summary>
    private void ForEach(Action<int, int, int, int, int> visit)
    {
        for (var place = 0; place < examples * tokens * heads * tokens; place++)
        {
            int offset = place % tokens, head = place / tokens % heads, token = place / (tokens * heads) % tokens;
            int giant = offset / BabySteps, baby = offset % BabySteps;
            int query = (token - giant * BabySteps + tokens) % tokens, key = (token + baby) % tokens;
            visit(place / (tokens * heads * tokens), head, query, key, place);
        }
    }
}
