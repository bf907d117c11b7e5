using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// A part of a model: parameters, buffers and submodules by name. Fields of these types are registered under the fields'
        /// names by <see cref="RegisterComponents"/>, which a derived class calls at the end of its constructor.
        /// </summary>
        public partial class Module : IDisposable
        {
            private readonly string name;
            private readonly OrderedDictionary<string, Module> submodules = [];
            private readonly OrderedDictionary<string, Parameter> ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor Buffer, bool Persistent)> ownBuffers = [];
            private bool areComponentsRegistered;

            protected Module(string name) => this.name = name;

            /// <summary>Whether the module trains, as it does from the start, or is evaluated.</summary>
            public virtual bool training { get; private set; } = true;

            public virtual string GetName() => name;

            /// <summary>Lets this module and its submodules train, or be evaluated.</summary>
            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var module in submodules.Values)
                    module.train(train);
            }

            /// <summary>Lets this module and its submodules be evaluated: no dropout.</summary>
            public virtual void eval() => train(false);

            /// <summary>Calls a function on every submodule, then on this one.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var module in submodules.Values)
                    module.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Removes all parameters' gradients, or sets them to zero.</summary>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                    ClearGradient(parameter, set_to_none);
            }

            /// <summary>Adds a submodule under a name without dots; null removes the one of that name.</summary>
            public virtual void register_module(string name, Module? submodule)
            {
                if (submodule is null)
                {
                    submodules.Remove(name);
                    return;
                }
                RequireName(name);
                submodule.RegisterComponents();
                if (!submodules.TryAdd(name, submodule))
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
            }

            /// <summary>Adds a submodule under a name without dots.</summary>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Adds a parameter under a name.</summary>
            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                if (!ownParameters.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            /// <summary>Adds a tensor that is not trained; a persistent one belongs to <see cref="state_dict"/>.</summary>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (!ownBuffers.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            /// <summary>Disposes parameters, buffers and submodules.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            internal static void ClearGradient(Tensor parameter, bool remove)
            {
                using var gradient = parameter.grad;
                if (gradient is null)
                    return;
                if (remove)
                    parameter.grad = null;
                else
                    using (no_grad())
                        gradient.zero_();
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                    return;
                foreach (var parameter in ownParameters.Values)
                    parameter.Dispose();
                foreach (var (buffer, _) in ownBuffers.Values)
                    buffer.Dispose();
                foreach (var module in submodules.Values)
                    module.Dispose();
            }

            /// <summary>Registers the fields that hold modules, parameters and other tensors and are not registered yet.</summary>
            protected virtual void RegisterComponents()
            {
                if (areComponentsRegistered)
                    return;
                areComponentsRegistered = true;
                foreach (var field in Fields(GetType()))
                {
                    if (IsRegistered(field.Name))
                        continue;
                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter:
                            register_parameter(field.Name, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(field.Name, tensor);
                            break;
                    }
                }
            }

            /// <summary>Puts a parameter in the place of the one of that name; null removes it.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                    ownParameters.Remove(name);
                else
                    ownParameters[name] = value;
            }

            private static void RequireName(string name)
            {
                if (string.IsNullOrEmpty(name))
                    throw new ArgumentException("module name can't be empty string \"\"");
                if (name.Contains('.'))
                    throw new ArgumentException($"module name can't contain \".\", got: {name}");
            }

            // A field of a derived class hides one of the same name in its base.
            private static IEnumerable<FieldInfo> Fields(Type type)
            {
                const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                var seen = new HashSet<string>();
                for (var current = type; current != null && current != typeof(Module); current = current.BaseType)
                    foreach (var field in current.GetFields(Own))
                        if (seen.Add(field.Name))
                            yield return field;
            }

            private bool IsRegistered(string name) =>
                submodules.ContainsKey(name) || ownParameters.ContainsKey(name) || ownBuffers.ContainsKey(name);
        }
    }
}
