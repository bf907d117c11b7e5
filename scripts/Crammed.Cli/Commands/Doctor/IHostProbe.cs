namespace Crammed.Cli.Commands.Doctor;

/// <summary>Looks at the machine.</summary>
internal interface IHostProbe
{
    /// <summary>The first line that a program prints, or null where it cannot be started or fails.</summary>
    string? FirstLine(string program, params IReadOnlyList<string> arguments);

    /// <summary>Whether libtorch loads; its file, or else what is wrong and what to do.</summary>
    (bool IsLoaded, string Text) LoadTorch();

    /// <summary>Whether a file exists.</summary>
    bool HasFile(string path);

    /// <summary>Whether the processor and the runtime have 512-bit, and 256-bit fused multiply-add, vectors.</summary>
    (bool Has512, bool Has256) Vectors { get; }

    /// <summary>Processors that this process may use.</summary>
    int Cores { get; }

    /// <summary>Bytes of memory that this process may use, limits of its container included.</summary>
    long MemoryBytes { get; }

    /// <summary>An environment variable, or null.</summary>
    string? Variable(string name);
}
