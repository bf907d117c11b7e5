using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The innermost scope of this thread, if any.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.Current;

    /// <summary>Opens a scope that disposes the tensors created in it when it is disposed.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.Push();

    /// <summary>Threads that one operator may use.</summary>
    public static int get_num_threads() => crammed_threads();

    /// <summary>Sets the threads that one operator may use, matrix products included.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The number is not positive.</exception>
    public static void set_num_threads(int num) => Check(crammed_set_threads(num));
}
