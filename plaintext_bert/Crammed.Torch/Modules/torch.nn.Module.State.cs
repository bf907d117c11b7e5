using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters with their dotted names, each once, of submodules too where recurse holds.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, parameter) in ownParameters)
                    if (seen.Add(parameter))
                        yield return (name, parameter);
                if (!recurse)
                    yield break;
                foreach (var (prefix, module) in submodules)
                    foreach (var (name, parameter) in module.named_parameters())
                        if (seen.Add(parameter))
                            yield return ($"{prefix}.{name}", parameter);
            }

            /// <summary>Parameters, each once.</summary>
            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(entry => entry.parameter);

            /// <summary>Buffers with their dotted names, each once.</summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(
                bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, (buffer, persistent)) in ownBuffers)
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                        yield return (name, buffer);
                if (!recurse)
                    yield break;
                foreach (var (prefix, module) in submodules)
                    foreach (var (name, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer))
                            yield return ($"{prefix}.{name}", buffer);
            }

            /// <summary>Buffers, each once.</summary>
            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(entry => entry.buffer);

            /// <summary>Direct submodules with their names.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children() =>
                submodules.Select(entry => (entry.Key, entry.Value));

            /// <summary>Direct submodules.</summary>
            public virtual IEnumerable<Module> children() => submodules.Values;

            /// <summary>All modules below this one with their dotted names; direct submodules first.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (name, module) in submodules)
                    yield return (name, module);
                foreach (var (prefix, child) in submodules)
                    foreach (var (name, module) in child.named_modules())
                        yield return ($"{prefix}.{name}", module);
            }

            /// <summary>All modules below this one.</summary>
            public virtual IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            /// <summary>A parameter by its dotted name, or null.</summary>
            public virtual Parameter? get_parameter(string target) =>
                named_parameters().Where(entry => entry.name == target).Select(entry => entry.parameter).FirstOrDefault();

            /// <summary>A buffer by its dotted name, or null.</summary>
            public virtual Tensor? get_buffer(string target) =>
                named_buffers().Where(entry => entry.name == target).Select(entry => entry.buffer).FirstOrDefault();

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>Parameters and persistent buffers by dotted name; the tensors are the module's own.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in named_parameters(recurse: false))
                    destination.TryAdd(start + name, parameter);
                foreach (var (name, buffer) in named_buffers(recurse: false, include_nonpersistent: false))
                    destination.TryAdd(start + name, buffer);
                foreach (var (name, module) in submodules)
                    module.state_dict(destination, start + name);
                return destination;
            }

            /// <summary>Copies a state into this module; returns names that are missing and names that are unexpected.</summary>
            /// <exception cref="InvalidOperationException">Strict, and the names differ.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var target = state_dict();
                bool Considered(string key) => skip is null || !skip.Contains(key);
                string[] unexpected = [.. source.Keys.Where(key => Considered(key) && !target.ContainsKey(key))];
                string[] missing = [.. target.Keys.Where(key => Considered(key) && !source.ContainsKey(key))];
                if (strict && unexpected.Length + missing.Length > 0)
                {
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary: missing [" +
                        $"{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                }
                using (no_grad())
                    foreach (var (key, tensor) in source)
                        if (Considered(key) && target.TryGetValue(key, out var own))
                            own.copy_(tensor);
                return (missing, unexpected);
            }
        }
    }
}
