namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            // Names in a state: long enough for any model, short enough to stop a damaged file.
            private const int MaximalEntries = 1 << 20;

            /// <summary>Writes the state to a file, in TorchSharp's format; names to skip are left out.</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                BinaryFormat.WriteFile(location, writer => save(writer, skip));
                return this;
            }

            /// <summary>Writes the state, in TorchSharp's format; names to skip are left out.</summary>
            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Writes the state, in TorchSharp's format, and closes the stream.</summary>
            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            /// <summary>Writes a state, in TorchSharp's format.</summary>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                KeyValuePair<string, Tensor>[] entries = [.. sd.Where(entry => skip is null || !skip.Contains(entry.Key))];
                writer.Write7BitEncodedInt64(entries.Length);
                foreach (var (name, tensor) in entries)
                {
                    writer.Write(name);
                    tensor.Save(writer);
                }
            }

            /// <inheritdoc cref="load(BinaryReader, bool, IList{string}?, Dictionary{string, bool}?)"/>
            public virtual Module load(
                string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            /// <inheritdoc cref="load(BinaryReader, bool, IList{string}?, Dictionary{string, bool}?)"/>
            public Module load(
                Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            /// <summary>
            /// Reads a state that <see cref="save(BinaryWriter, IList{string}?)"/> wrote into this module. Not strict, module and stream
            /// may each lack names of the other. loadedParameters gets every name of the module, and whether it was loaded.
            /// </summary>
            /// <exception cref="ArgumentException">The stream does not fit the module.</exception>
            /// <exception cref="InvalidDataException">The stream is malformed.</exception>
            /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
            public virtual Module load(
                BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                var state = state_dict();
                foreach (var name in state.Keys)
                    loadedParameters?.TryAdd(name, false);
                var entries = BinaryFormat.ReadNumber(reader, "number of entries", MaximalEntries);
                if (strict && entries != state.Count)
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {state.Count}, but found {entries} entries.");
                for (long i = 0; i < entries; i++)
                {
                    var name = reader.ReadString();
                    var known = state.TryGetValue(name, out var tensor);
                    if (!known && strict)
                        throw new ArgumentException($"Mismatched module state names: the target module has nothing named '{name}'");
                    var loaded = known && (skip is null || !skip.Contains(name));
                    if (loaded)
                        BinaryFormat.Read(reader, tensor!);
                    else
                        BinaryFormat.Skip(reader);
                    if (known && loadedParameters is not null)
                        loadedParameters[name] = loaded;
                }
                return this;
            }
        }
    }
}
