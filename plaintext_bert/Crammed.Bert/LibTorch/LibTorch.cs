using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Crammed.Bert;

/// <summary>
/// Loads libtorch and TorchSharp's native library into the process, from beside the program or else from the NuGet folder that it was built
/// with, before TorchSharp looks for them by name: it would find a libtorch of the system first, and where it finds none that loads, copy
/// one. docs/libtorch.md says what is done to the library where the system's C++ library is older than GCC 13's.
/// </summary>
public static class LibTorch
{
    internal const string Library = "libtorch.so";
    internal const string Binding = "libLibTorchSharp.so";

    /// <summary>The version of libstdc++'s symbols that the binding asks for and Debian 12 and Ubuntu 22.04 lack.</summary>
    internal const string LackedVersion = "GLIBCXX_3.4.32";

    /// <summary>The version's one symbol in the binding: a mark that libstdc++ initializes the streams, which nothing looks up.</summary>
    internal const string LackedSymbol = "_ZSt21ios_base_library_initv";

    /// <summary>SHA-256 of the binding of TorchSharp 0.107.0 for linux-x64.</summary>
    internal const string BindingSha256 = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";

    private const int LargestBinding = 1 << 26;
    private const uint CloseOnExec = 1;

    // glibc's M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
    private const int LeastMappedSize = -3;
    private const int LeastTrimmedSize = -1;

    private static readonly Lazy<string> Loaded = new(LoadAll);

    /// <summary>Loads both, once; every call after the first returns at once. A model does so by itself.</summary>
    /// <returns>The file of libtorch.</returns>
    /// <exception cref="DllNotFoundException">A library is missing or does not load.</exception>
    /// <exception cref="InvalidDataException">The system needs a prepared binding, and this one is not TorchSharp 0.107.0's.</exception>
    public static string Load() => Loaded.Value;

    /// <summary>The first of the folders that has a file, as a path.</summary>
    /// <exception cref="DllNotFoundException">None has it.</exception>
    internal static string Find(string file, params IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) ?? throw new DllNotFoundException(
            $"{file} is in none of {string.Join(", ", folders)}; restore the packages (dotnet restore) and build again");

    /// <summary>The binding's bytes with the version marked as one that may be absent.</summary>
    /// <param name="path">The package's file, which stays as it is.</param>
    /// <exception cref="InvalidDataException">Not the file that is known to work so.</exception>
    internal static byte[] Prepared(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[file.Length <= LargestBinding ? (int)file.Length : 0];
        file.ReadExactly(bytes);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != BindingSha256)
        {
            throw new InvalidDataException(
                $"{path}: its SHA-256 is {hash}, TorchSharp 0.107.0's is {BindingSha256}, "
                + $"and this system's libstdc++ lacks {LackedVersion}; restore TorchSharp 0.107.0, "
                + "or use a system with the libstdc++ of GCC 13 or later");
        }

        ElfVersionNeeds.MakeOptional(bytes, LackedVersion);
        return bytes;
    }

    /// <summary>Whether the system's libstdc++ has a symbol.</summary>
    internal static bool SystemHas(string symbol) =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var library) && NativeLibrary.TryGetExport(library, symbol, out _);

    private static string LoadAll()
    {
        var beside = AppContext.BaseDirectory;
        string[] folders = [beside, Path.Combine(beside, "runtimes/linux-x64/native")];
        var libtorch = Find(Library, [.. folders, Built("LibTorchFolder")]);
        var binding = Find(Binding, [.. folders, Built("TorchSharpFolder")]);
        KeepMemory();
        Open(libtorch);
        if (SystemHas(LackedSymbol))
            Open(binding);
        else
            OpenFromMemory(Prepared(binding));
        return libtorch;
    }

    /// <summary>A folder of the packages that the program was built with.</summary>
    internal static string Built(string key) => typeof(LibTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    /// <summary>Loads a library; TorchSharp's own search then finds it by its name.</summary>
    /// <exception cref="DllNotFoundException">It does not load; the message ends with the linker's.</exception>
    internal static void Open(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException exception)
        {
            // The runtime's advice precedes what the linker says.
            var reason = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            throw new DllNotFoundException($"{path} does not load: {reason}", exception);
        }
    }

    /// <summary>Loads a library without a file: nothing to clean up, no folder to write to, nothing that two processes share.</summary>
    private static void OpenFromMemory(byte[] library)
    {
        var descriptor = CreateMemoryFile(Binding, CloseOnExec);
        if (descriptor < 0)
            throw new DllNotFoundException($"{Binding}: no file in memory: {Marshal.GetLastPInvokeErrorMessage()}");
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, library, 0);
        Open($"/proc/self/fd/{descriptor}");
    }

    /// <summary>
    /// Tensors of a step have the sizes of the last one's: memory given back to the system between them costs up to a tenth of the
    /// time in page faults. From 32 MiB on, the most that glibc takes here, a tensor is still given back, and so is what is free above
    /// 256 MiB.
    /// </summary>
    private static void KeepMemory()
    {
        SetAllocatorOption(LeastMappedSize, 1 << 25);
        SetAllocatorOption(LeastTrimmedSize, 1 << 28);
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAllocatorOption(int option, int value);

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CreateMemoryFile([MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint flags);
}
