namespace Crammed.Tests;

/// <summary>Damage to a file.</summary>
internal static class Mutation
{
    /// <summary>The bytes with one to four of them changed.</summary>
    public static byte[] Of(byte[] sound, Random random)
    {
        var bytes = (byte[])sound.Clone();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var position = random.Next(bytes.Length);
            bytes[position] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[position] ^ (1 << random.Next(8))),
                2 => (byte)(bytes[position] + random.Next(-2, 3)),
                _ => bytes[random.Next(bytes.Length)],
            };
        }

        return bytes;
    }
}
