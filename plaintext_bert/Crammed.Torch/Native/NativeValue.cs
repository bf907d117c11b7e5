using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>One argument or result as libcrammed_torch.so lays it out: 16 bytes, the last 8 an integer, a double or a pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public ValueKind Kind;
    public int Length;
    public long Bits;
}
