using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp.Native;

/// <summary>The functions of libcrammed_torch.so; native/*.cpp says what each does. A status of 0 is success.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "crammed_torch";

    static NativeMethods()
    {
        Check(crammed_register_bmm());
        // Debian's libtorch starts with one thread where OpenMP is not told otherwise.
        string[] told = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"];
        if (told.All(name => Environment.GetEnvironmentVariable(name) is null))
            Check(crammed_set_threads(Environment.ProcessorCount));
    }

    /// <summary>Turns a failed call into the exception that TorchSharp throws.</summary>
    /// <exception cref="ExternalException">Where <paramref name="status"/> is not 0, with libtorch's message.</exception>
    public static void Check(int status)
    {
        if (status != 0)
            throw new ExternalException(Marshal.PtrToStringUTF8(crammed_last_error()) ?? "libtorch failed without a message");
    }

    [LibraryImport(Library)]
    private static partial nint crammed_last_error();

    [LibraryImport(Library)]
    private static partial int crammed_register_bmm();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int crammed_find_operator(string name, string overload, out nint op);

    [LibraryImport(Library)]
    public static partial int crammed_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity);

    [LibraryImport(Library)]
    public static partial void crammed_free(nint memory);

    [LibraryImport(Library)]
    public static partial void crammed_tensor_free(nint self);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_describe(nint self, out long dimensions, out int type, out long elements);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_layout(nint self, long* sizes, long* strides);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_is_contiguous(nint self, out int contiguous);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_data(nint self, out nint data);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_empty(long* sizes, int dimensions, int type, out nint result);

    [LibraryImport(Library)]
    public static partial int crammed_grad_mode();

    [LibraryImport(Library)]
    public static partial void crammed_set_grad_mode(int enabled);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_requires_grad(nint self, out int required);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_set_requires_grad(nint self, int required);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_is_leaf(nint self, out int leaf);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_retain_grad(nint self);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_grad(nint self, out nint result);

    [LibraryImport(Library)]
    public static partial int crammed_tensor_set_grad(nint self, nint value);

    [LibraryImport(Library)]
    public static partial int crammed_backward(nint output, nint* gradients, int gradientCount, int retainGraph, int createGraph,
        nint* inputs, int inputCount);

    [LibraryImport(Library)]
    public static partial int crammed_grad(nint* outputs, int outputCount, nint* inputs, int inputCount, nint* gradients,
        int gradientCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)]
    public static partial int crammed_threads();

    [LibraryImport(Library)]
    public static partial int crammed_set_threads(int count);

    [LibraryImport(Library)]
    public static partial int crammed_generator_default(out nint result);

    [LibraryImport(Library)]
    public static partial int crammed_generator_new(ulong seed, out nint result);

    [LibraryImport(Library)]
    public static partial void crammed_generator_free(nint self);

    [LibraryImport(Library)]
    public static partial int crammed_generator_set_seed(nint self, ulong seed);

    [LibraryImport(Library)]
    public static partial int crammed_generator_reseed(nint self, out ulong seed);

    [LibraryImport(Library)]
    public static partial int crammed_generator_seed(nint self, out ulong seed);

    [LibraryImport(Library)]
    public static partial int crammed_generator_state(nint self, out nint state);

    [LibraryImport(Library)]
    public static partial int crammed_generator_set_state(nint self, nint state);
}
