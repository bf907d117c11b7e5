namespace Crammed.Tables;

/// <summary>A complete folder of Parquet files, open for reading, one part at a time.</summary>
public sealed class PartFolder<T>
{
    private readonly string _folder;

    private PartFolder(string folder, PartManifest<T> manifest)
    {
        _folder = folder;
        Manifest = manifest;
    }

    /// <summary>What the folder holds.</summary>
    public PartManifest<T> Manifest { get; }

    /// <summary>Reads the manifest and looks whether its files are there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="format">What it must hold.</param>
    /// <exception cref="FileNotFoundException">There is no manifest.</exception>
    /// <exception cref="InvalidDataException">The manifest is malformed, or a file is missing or of another size.</exception>
    public static PartFolder<T> Open(string folder, PartFormat format)
    {
        var manifest = PartManifest<T>.Read(folder, format);
        foreach (var part in manifest.Parts)
        {
            var file = new FileInfo(Path.Combine(folder, part.File));
            if (!file.Exists)
                throw new InvalidDataException($"{file.FullName}: is missing.");
            if (file.Length != part.Bytes)
                throw new InvalidDataException($"{file.FullName}: has {file.Length} bytes, where the manifest says {part.Bytes}.");
        }

        return new PartFolder<T>(folder, manifest);
    }

    /// <summary>The parts in order, read as they are asked for; each is compared with its hash before anything looks into it.</summary>
    /// <exception cref="InvalidDataException">While enumerating: a part is damaged.</exception>
    public IEnumerable<Table> Tables()
    {
        foreach (var part in Manifest.Parts)
        {
            var path = Path.Combine(_folder, part.File);
            var table = Table.Parse(
                ReadWhole(path, part)
                ?? throw new InvalidDataException($"{path}: is damaged: its SHA-256 is not the manifest's; make it again."),
                path);
            yield return table.Rows == part.Rows
                ? table
                : throw new InvalidDataException($"{path}: has {table.Rows} rows, where the manifest says {part.Rows}.");
        }
    }

    /// <summary>The bytes of a part; null where they are not those that were written.</summary>
    internal static byte[]? ReadWhole(string path, Part part)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != part.Bytes)
            return null;
        var bytes = File.ReadAllBytes(path);
        return Sha256Text.Of(bytes) == part.Sha256 ? bytes : null;
    }
}
