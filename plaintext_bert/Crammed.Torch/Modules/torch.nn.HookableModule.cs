namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The base that TorchSharp gives hooks to; hooks are not part of this backend.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            protected HookableModule(string name) : base(name)
            {
            }
        }
    }
}
