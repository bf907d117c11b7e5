using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// An n-dimensional array on the CPU that autograd can follow. It owns native memory: dispose it, or create it inside a
    /// <see cref="DisposeScope"/>, which does so. In-place operations (names ending in _) return the tensor itself.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long totalCount;

        private nint handle;

        internal Tensor(nint handle) : this(handle, register: true)
        {
        }

        internal Tensor(nint handle, bool register)
        {
            this.handle = handle;
            Interlocked.Increment(ref totalCount);
            if (register)
                OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        ~Tensor() => Free();

        /// <summary>Number of tensors of this process that are neither disposed nor collected.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>The native tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor is disposed.</exception>
        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        /// <summary>Whether the tensor is disposed.</summary>
        public bool IsInvalid => handle == 0;

        /// <summary>The scope that will dispose this tensor, if any.</summary>
        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Releases the native tensor; a second call does nothing.</summary>
        public void Dispose()
        {
            if (handle != 0)
            {
                if (OwningDisposeScope is { } scope)
                    scope.MarkAsDisposed(this);
                else
                    DisposeScopeManager.ThreadSingleton.Tensors.DisposedOutsideScopeCount++;
            }
            Release();
        }

        /// <summary>Moves the tensor out of its scope into the one around that, so that it outlives its scope.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of every scope: whoever holds it disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>Releases the native tensor without a word to scopes and statistics.</summary>
        internal void Release()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        /// <summary>Gives the native tensor to a new owner; this object is left disposed.</summary>
        internal nint MoveHandle()
        {
            var moved = Handle;
            handle = 0;
            Interlocked.Decrement(ref totalCount);
            GC.SuppressFinalize(this);
            return moved;
        }

        /// <summary>Replaces the native tensor by one of another real type; integers and booleans stay.</summary>
        internal void Convert(ScalarType type)
        {
            if (dtype == type || dtype is not (ScalarType.Float32 or ScalarType.Float64))
                return;
            using var mode = no_grad();
            var converted = to(type).DetachFromDisposeScope();
            converted.requires_grad = requires_grad;
            (handle, converted.handle) = (converted.handle, handle);
            converted.Dispose();
        }

        private void Free()
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed == 0)
                return;
            Interlocked.Decrement(ref totalCount);
            crammed_tensor_free(freed);
        }
    }
}
