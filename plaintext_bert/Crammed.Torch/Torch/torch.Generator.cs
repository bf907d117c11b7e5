using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the generator that operators use by default.</summary>
    public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

    /// <summary>A source of random numbers (Mersenne twister).</summary>
    public class Generator : IDisposable
    {
        private static readonly Lazy<Generator> Shared = new(() =>
        {
            Check(crammed_generator_default(out var handle));
            return new Generator(handle);
        });

        private nint handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            RequireCpu(device);
            Check(crammed_generator_new(seed, out handle));
        }

        private Generator(nint handle) => this.handle = handle;

        ~Generator() => Free();

        /// <summary>The generator that operators use where none is given.</summary>
        public static Generator Default => Shared.Value;

        /// <summary>The native generator.</summary>
        /// <exception cref="ObjectDisposedException">The generator is disposed.</exception>
        public nint Handle
        {
            get
            {
                ObjectDisposedException.ThrowIf(handle == 0, this);
                return handle;
            }
        }

        public Device device => CPU;

        /// <summary>Starts the sequence that belongs to a seed.</summary>
        public Generator manual_seed(long seed)
        {
            Check(crammed_generator_set_seed(Handle, unchecked((ulong)seed)));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Starts the sequence of a seed that the operating system chooses, and returns that seed.</summary>
        public long seed()
        {
            Check(crammed_generator_reseed(Handle, out var value));
            GC.KeepAlive(this);
            return unchecked((long)value);
        }

        /// <summary>The seed of the current sequence.</summary>
        public long initial_seed()
        {
            Check(crammed_generator_seed(Handle, out var value));
            GC.KeepAlive(this);
            return unchecked((long)value);
        }

        /// <summary>Where in its sequence the generator is: a vector of bytes.</summary>
        public Tensor get_state()
        {
            Check(crammed_generator_state(Handle, out var state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        /// <summary>Continues from what <see cref="get_state"/> returned.</summary>
        public void set_state(Tensor value)
        {
            Check(crammed_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        /// <summary>Releases the native generator. The default generator stays.</summary>
        public void Dispose()
        {
            if (Shared.IsValueCreated && ReferenceEquals(this, Shared.Value))
                return;
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed != 0)
                crammed_generator_free(freed);
        }
    }
}
