using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static implicit operator Tensor(bool value) => tensor(value);

        public static implicit operator Tensor(int value) => tensor(value);

        public static implicit operator Tensor(long value) => tensor(value);

        public static implicit operator Tensor(float value) => tensor(value);

        public static implicit operator Tensor(double value) => tensor(value);

        public static implicit operator Tensor(Scalar scalar) => Aten.Tensor("scalar_tensor", scalar, scalar.Type);

        public static explicit operator bool(Tensor value) => value.ToScalar().ToBoolean();

        public static explicit operator int(Tensor value) => value.ToScalar().ToInt32();

        public static explicit operator long(Tensor value) => value.ToScalar().ToInt64();

        public static explicit operator float(Tensor value) => value.ToScalar().ToSingle();

        public static explicit operator double(Tensor value) => value.ToScalar().ToDouble();

        /// <summary>The elements as a collection that reads and writes this tensor's memory.</summary>
        /// <exception cref="ArgumentException">T is not the element type.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ElementTypes.Require<T>(this);
            return new TensorAccessor<T>(this);
        }

        /// <summary>The only element.</summary>
        /// <exception cref="ArgumentException">There is not exactly one, or T is not the element type.</exception>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        /// <summary>The only element, whatever its type.</summary>
        /// <exception cref="ArgumentException">There is not exactly one, or it is neither boolean, integer nor real.</exception>
        public Scalar ToScalar()
        {
            switch (dtype)
            {
                case ScalarType.Bool:
                    return item<bool>();
                case ScalarType.Byte:
                    return item<byte>();
                case ScalarType.Int8:
                    return item<sbyte>();
                case ScalarType.Int16:
                    return item<short>();
                case ScalarType.Int32:
                    return item<int>();
                case ScalarType.Int64:
                    return item<long>();
                case ScalarType.Float32:
                    return item<float>();
                case ScalarType.Float64:
                    return item<double>();
                default:
                    throw new ArgumentException($"no Scalar holds an element of type {dtype}");
            }
        }

        /// <summary>The memory of a contiguous tensor, of at most 2 GiB.</summary>
        /// <exception cref="NotSupportedException">The tensor is not contiguous.</exception>
        /// <exception cref="ArgumentException">Bytes of another length are assigned.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous())
                    throw new NotSupportedException("Bytes are accessible in contiguous tensors alone: call contiguous() first.");
                return new Span<byte>((void*)DataPointer(), checked((int)(NumberOfElements * ElementTypes.Size(dtype))));
            }

            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"a tensor of {target.Length} bytes cannot take {value.Length}");
                value.CopyTo(target);
            }
        }

        /// <summary>This tensor in another element type: itself where it has that type and no copy is asked for.</summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            if (dtype == type && !copy)
                return this;
            var result = Aten.Tensor("to.dtype", this, type, non_blocking, copy);
            if (disposeAfter)
                Dispose();
            return result;
        }

        /// <summary>This tensor in another element type: itself where it has that type and no copy is asked for.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        /// <summary>This tensor: there is no other device than the CPU.</summary>
        /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            RequireCpu(device);
            return to(dtype, copy, disposeAfter, non_blocking);
        }

        /// <summary>This tensor in another element type, on the CPU.</summary>
        /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
        public Tensor to(
            ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            RequireCpu(device);
            return to(type, copy, disposeAfter, non_blocking);
        }

        /// <summary>This tensor: there is no other device than the CPU.</summary>
        public Tensor cpu() => this;

        /// <summary>A copy, through which gradients flow.</summary>
        public Tensor clone() => Aten.Tensor("clone", this);

        /// <summary>Type and shape.</summary>
        public override string ToString() => IsInvalid ? "disposed tensor" : $"[{string.Join('x', shape)}], type = {dtype}";
    }
}
