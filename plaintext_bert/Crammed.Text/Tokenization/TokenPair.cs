namespace Crammed.Text;

/// <summary>Two tokens next to each other in a word, by their ids.</summary>
internal readonly record struct TokenPair(int Left, int Right);
