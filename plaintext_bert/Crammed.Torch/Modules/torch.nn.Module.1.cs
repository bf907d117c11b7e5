namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module whose forward pass takes one input.</summary>
        public abstract class Module<T, TResult> :
            HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>
        {
            protected Module(string name) : base(name)
            {
            }

            /// <summary>Computes the module's result.</summary>
            public abstract TResult forward(T input);

            /// <summary>Computes the module's result.</summary>
            public TResult call(T input) => forward(input);
        }
    }
}
