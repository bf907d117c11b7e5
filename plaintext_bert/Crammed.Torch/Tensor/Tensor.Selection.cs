using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Elements [start, start + length) along dim, as a view.</summary>
        public Tensor narrow(long dim, long start, long length) => Aten.Tensor("narrow", this, dim, start, length);

        /// <summary>Every step-th element of [start, finish) along dim, as a view.</summary>
        public Tensor slice(long dim, long start, long finish, long step) =>
            Aten.Tensor("slice.Tensor", this, dim, start, finish, step);

        /// <summary>The slice at index along dim, which it no longer has; a view.</summary>
        public Tensor select(long dim, long index) => Aten.Tensor("select.int", this, dim, index);

        /// <summary>The slices along dim that the 1-dimensional index names, copied.</summary>
        public Tensor index_select(long dim, Tensor index) => Aten.Tensor("index_select", this, dim, index);

        /// <summary>Elements whose index along dim is given for every place of the result.</summary>
        public Tensor gather(long dim, Tensor index) => Aten.Tensor("gather", this, dim, index);

        /// <summary>A copy with src written to the indices along dim.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.Tensor("scatter.src", this, dim, index, src);

        /// <summary>A copy with src added at the indices along dim.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.Tensor("scatter_add", this, dim, index, src);

        /// <summary>A copy with a value where the mask holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.Tensor("masked_fill.Scalar", this, mask, value);

        /// <summary>The elements where the mask holds, in one dimension.</summary>
        public Tensor masked_select(Tensor mask) => Aten.Tensor("masked_select", this, mask);

        /// <summary>Elements at indices broadcast against each other, one per leading dimension; null takes a whole dimension.</summary>
        public Tensor index(params Tensor[] indices) => Aten.Tensor("index.Tensor", this, Operand.OptionalTensors(indices));
    }
}
