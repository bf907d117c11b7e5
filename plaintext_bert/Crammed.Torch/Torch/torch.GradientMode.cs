using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Until disposed, this thread records no operations for the backward pass.</summary>
    public static IDisposable no_grad() => new GradientMode(false);

    /// <summary>Until disposed, this thread records operations for the backward pass.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradientMode(enabled);

    /// <summary>Until disposed, this thread records operations for the backward pass, or does not.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new GradientMode(mode);

    /// <summary>Whether this thread records operations for the backward pass.</summary>
    public static bool is_grad_enabled() => crammed_grad_mode() != 0;

    private sealed class GradientMode : IDisposable
    {
        private readonly int previous = crammed_grad_mode();

        public GradientMode(bool enabled) => crammed_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => crammed_set_grad_mode(previous);
    }
}
