using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same elements in another shape, without copying; -1 is inferred.</summary>
        public Tensor view(params long[] shape) => Aten.Tensor("view", this, shape);

        /// <summary>The same elements in another shape, copied only where they must be; -1 is inferred.</summary>
        public Tensor reshape(params long[] shape) => Aten.Tensor("reshape", this, shape);

        /// <summary>Merges the dimensions from start_dim to end_dim.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            Aten.Tensor("flatten.using_ints", this, start_dim, end_dim);

        /// <summary>A view with two dimensions exchanged.</summary>
        public Tensor transpose(long dim0, long dim1) => Aten.Tensor("transpose.int", this, dim0, dim1);

        /// <summary>The transpose of a matrix, as a view.</summary>
        public Tensor t() => Aten.Tensor("t", this);

        /// <summary>A view with dimensions in the given order.</summary>
        public Tensor permute(params long[] permutation) => Aten.Tensor("permute", this, permutation);

        /// <summary>A view with dimensions in the given order.</summary>
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        /// <summary>Itself where contiguous, a copy otherwise.</summary>
        public Tensor contiguous() => Aten.Tensor("contiguous", this);

        /// <summary>A view with a dimension of size 1 inserted at dim.</summary>
        public Tensor unsqueeze(long dim) => Aten.Tensor("unsqueeze", this, dim);

        /// <summary>A view without dimension dim where its size is 1, or without all such dimensions.</summary>
        public Tensor squeeze(long? dim = null) =>
            dim is { } only ? Aten.Tensor("squeeze.dim", this, only) : Aten.Tensor("squeeze", this);

        /// <summary>A view in which dimensions of size 1 repeat; -1 keeps a size.</summary>
        public Tensor expand(params long[] sizes) => Aten.Tensor("expand", this, sizes);

        /// <summary>A view in which dimensions of size 1 repeat; -1 keeps a size.</summary>
        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.Tensor("expand", this, sizes, isImplicit);

        /// <summary>A view in which dimensions of size 1 repeat; -1 keeps a size.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Aten.Tensor("expand", this, sizes, isImplicit);

        /// <summary>This expanded to the other's shape.</summary>
        public Tensor expand_as(Tensor other) => Aten.Tensor("expand_as", this, other);

        /// <summary>Copies tiled so many times along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => Aten.Tensor("repeat", this, sizes);

        /// <summary>The part of the lower triangle up to a diagonal; zeros elsewhere.</summary>
        public Tensor tril(long diagonal = 0) => Aten.Tensor("tril", this, diagonal);

        /// <summary>The part of the upper triangle from a diagonal; zeros elsewhere.</summary>
        public Tensor triu(long diagonal = 0) => Aten.Tensor("triu", this, diagonal);

        /// <summary>So many nearly equal parts along dim, as views.</summary>
        public Tensor[] chunk(long chunks, long dim = 0) => Aten.Tensors("chunk", this, chunks, dim);

        /// <summary>Parts of one size along dim, as views; the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => Aten.Tensors("split.Tensor", this, size, (long)dim);

        /// <summary>Parts of the given sizes along dim, as views.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => Aten.Tensors("split_with_sizes", this, sizes, dim);

        /// <summary>Parts of the given sizes along dim, as views.</summary>
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Aten.Tensors("split_with_sizes", this, sizes, dim);

        /// <summary>Parts of the given sizes along the first dimension, as views.</summary>
        public Tensor[] split(params long[] sizes) => Aten.Tensors("split_with_sizes", this, sizes);

        /// <summary>All slices along a dimension, which they no longer have.</summary>
        public Tensor[] unbind(long dimension = 0) => Aten.Tensors("unbind.int", this, dimension);
    }
}
