using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sizes of all dimensions.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[dim()];
                fixed (long* pointer = sizes)
                    Check(crammed_tensor_layout(Handle, pointer, null));
                GC.KeepAlive(this);
                return sizes;
            }
        }

        /// <summary>Element type.</summary>
        public ScalarType dtype => Describe().Type;

        /// <summary>Where the elements lie: always the CPU.</summary>
        public Device device => CPU;

        /// <summary>Kind of device: always the CPU.</summary>
        public DeviceType device_type => DeviceType.CPU;

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => Describe().Elements;

        /// <summary>Number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>Number of dimensions.</summary>
        public long dim() => Describe().Dimensions;

        /// <summary>Sizes of all dimensions.</summary>
        public long[] size() => shape;

        /// <summary>Size of one dimension; a negative number counts from the last.</summary>
        /// <exception cref="IndexOutOfRangeException">There is no such dimension.</exception>
        public long size(int dim)
        {
            var sizes = shape;
            return sizes[dim < 0 ? dim + sizes.Length : dim];
        }

        /// <summary>Whether the elements lie in row-major order without gaps.</summary>
        public bool is_contiguous()
        {
            Check(crammed_tensor_is_contiguous(Handle, out var contiguous));
            GC.KeepAlive(this);
            return contiguous != 0;
        }

        /// <summary>Distances, in elements, between neighbours along each dimension.</summary>
        internal unsafe long[] Strides()
        {
            var strides = new long[dim()];
            fixed (long* pointer = strides)
                Check(crammed_tensor_layout(Handle, null, pointer));
            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>Address of the first element; valid while this object lives.</summary>
        internal nint DataPointer()
        {
            Check(crammed_tensor_data(Handle, out var data));
            GC.KeepAlive(this);
            return data;
        }

        private (long Dimensions, ScalarType Type, long Elements) Describe()
        {
            Check(crammed_tensor_describe(Handle, out var dimensions, out var type, out var elements));
            GC.KeepAlive(this);
            return (dimensions, (ScalarType)type, elements);
        }
    }
}
