using System.Collections.Concurrent;
using static TorchSharp.Native.NativeMethods;

namespace TorchSharp.Native;

/// <summary>
/// ATen's operators by schema name ("add.Tensor", "layer_norm"). Operands that are not given take the schema's defaults.
/// Every call throws <see cref="System.Runtime.InteropServices.ExternalException"/> with libtorch's message on failure.
/// </summary>
internal static unsafe class Aten
{
    private const int StackWords = 128;

    private static readonly ConcurrentDictionary<string, nint> Operators = new();

    /// <summary>Calls an operator for its one tensor.</summary>
    public static torch.Tensor Tensor(string name, params ReadOnlySpan<Operand> operands)
    {
        NativeValue result;
        Call(name, operands, &result, 1);
        return new torch.Tensor((nint)result.Bits);
    }

    /// <summary>Calls an operator for its first two tensors.</summary>
    public static (torch.Tensor First, torch.Tensor Second) Pair(string name, params ReadOnlySpan<Operand> operands)
    {
        var results = stackalloc NativeValue[2];
        Call(name, operands, results, 2);
        return (new torch.Tensor((nint)results[0].Bits), new torch.Tensor((nint)results[1].Bits));
    }

    /// <summary>Calls an operator for its list of tensors.</summary>
    public static torch.Tensor[] Tensors(string name, params ReadOnlySpan<Operand> operands)
    {
        NativeValue result;
        Call(name, operands, &result, 1);
        var handles = new ReadOnlySpan<nint>((void*)result.Bits, result.Length);
        var tensors = new torch.Tensor[handles.Length];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new torch.Tensor(handles[i]);
        crammed_free((nint)result.Bits);
        return tensors;
    }

    /// <summary>Calls an operator for its truth value.</summary>
    public static bool Boolean(string name, params ReadOnlySpan<Operand> operands)
    {
        NativeValue result;
        Call(name, operands, &result, 1);
        return result.Bits != 0;
    }

    /// <summary>Calls an operator for its effect on an operand.</summary>
    public static void Run(string name, params ReadOnlySpan<Operand> operands) => Call(name, operands, null, 0);

    private static void Call(string name, ReadOnlySpan<Operand> operands, NativeValue* results, int capacity)
    {
        var op = Operators.GetOrAdd(name, Find);
        var words = 0;
        foreach (var operand in operands)
            words += operand.ScratchWords;
        var scratch = words <= StackWords ? stackalloc long[StackWords] : new long[words];
        var arguments = stackalloc NativeValue[operands.Length];
        fixed (long* memory = scratch)
        {
            var free = memory;
            for (var i = 0; i < operands.Length; i++)
            {
                arguments[i] = Encode(operands[i], free);
                free += operands[i].ScratchWords;
            }
            Check(crammed_call(op, arguments, operands.Length, results, capacity));
        }
        // The operands must outlive the call: they alone may keep their tensors from being finalized.
        foreach (var operand in operands)
            GC.KeepAlive(operand.Reference);
    }

    private static NativeValue Encode(in Operand operand, long* scratch)
    {
        var bits = operand.Bits;
        switch (operand.Reference)
        {
            case torch.Tensor tensor:
                bits = tensor.Handle;
                break;
            case torch.Generator generator:
                bits = generator.Handle;
                break;
            case long[] integers:
                integers.CopyTo(new Span<long>(scratch, integers.Length));
                bits = (nint)scratch;
                break;
            case torch.Tensor?[] tensors:
                for (var i = 0; i < tensors.Length; i++)
                    scratch[i] = tensors[i] is { } item ? item.Handle : 0;
                bits = (nint)scratch;
                break;
            case byte[] text:
                text.CopyTo(new Span<byte>(scratch, text.Length));
                bits = (nint)scratch;
                break;
        }
        return new NativeValue { Kind = operand.Kind, Length = operand.Length, Bits = bits };
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.');
        var (function, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        Check(crammed_find_operator("aten::" + function, overload, out var op));
        return op;
    }
}
