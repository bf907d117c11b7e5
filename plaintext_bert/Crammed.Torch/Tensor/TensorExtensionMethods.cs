using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Conversions of tensors to numbers and parameters, and their storage in streams.</summary>
public static class TensorExtensionMethods
{
    /// <summary>A parameter that takes the tensor over.</summary>
    public static Parameter AsParameter(this Tensor tensor) => new(tensor);

    public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();

    public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();

    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();

    /// <summary>Writes type, shape and elements in TorchSharp's format.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer) => BinaryFormat.Write(writer, tensor);

    /// <summary>Reads elements into a tensor of the type and shape that the stream has, or, where skipped, past them.</summary>
    /// <exception cref="ArgumentException">Type or shape differ.</exception>
    /// <exception cref="InvalidDataException">The stream is malformed.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the tensor.</exception>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        if (skip)
            BinaryFormat.Skip(reader);
        else
            BinaryFormat.Read(reader, tensor);
    }
}
