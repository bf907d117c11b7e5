namespace Crammed.Encrypted.Tests;

/// <summary>Seeded values for tests.</summary>
internal static class RandomValues
{
    public static double[] Uniform(Random random, int count, double low = -1, double high = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => low + (high - low) * random.NextDouble())];

    public static double[,] Matrix(Random random, int rows, int columns)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                matrix[i, j] = 2 * random.NextDouble() - 1;
        }
        return matrix;
    }
}
