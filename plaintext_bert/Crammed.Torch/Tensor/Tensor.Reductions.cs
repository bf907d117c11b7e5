using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum of all elements.</summary>
        public Tensor sum(ScalarType? type = null) => Aten.Tensor("sum", this, type);

        /// <summary>Sum over the given dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) =>
            Aten.Tensor("sum.dim_IntList", this, dim, keepdim, type);

        /// <summary>Sum over the given dimensions.</summary>
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Aten.Tensor("sum.dim_IntList", this, dim, keepdim, type);

        /// <summary>Sum over one dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        /// <summary>Sum over two dimensions.</summary>
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        /// <summary>Sum over three dimensions.</summary>
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1, dim2], keepdim, type);

        /// <summary>Mean of all elements.</summary>
        public Tensor mean() => Aten.Tensor("mean", this);

        /// <summary>Mean over the given dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Aten.Tensor("mean.dim", this, dimensions, keepdim, type);

        /// <summary>Variance of all elements; unbiased divides by n - 1.</summary>
        public Tensor var(bool unbiased = true) => Aten.Tensor("var", this, unbiased);

        /// <summary>Variance over the given dimensions; unbiased divides by n - 1.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            InType(type, Aten.Tensor("var.dim", this, dimensions, unbiased, keepdim));

        /// <summary>Variance over the given dimensions; unbiased divides by n - 1.</summary>
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Variance over one dimension; unbiased divides by n - 1.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        /// <summary>Standard deviation of all elements; unbiased divides by n - 1.</summary>
        public Tensor std(bool unbiased = true) => Aten.Tensor("std", this, unbiased);

        /// <summary>Standard deviation over the given dimensions; unbiased divides by n - 1.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            InType(type, Aten.Tensor("std.dim", this, dimensions, unbiased, keepdim));

        /// <summary>Standard deviation over the given dimensions; unbiased divides by n - 1.</summary>
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>Standard deviation over one dimension; unbiased divides by n - 1.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        /// <summary>Largest of all elements.</summary>
        public Tensor max() => Aten.Tensor("max", this);

        /// <summary>The larger of two elements.</summary>
        public Tensor max(Tensor other) => Aten.Tensor("max.other", this, other);

        /// <summary>Largest elements along dim and their indices.</summary>
        public (Tensor values, Tensor indices) max(long dim, bool keepdim = false) => Aten.Pair("max.dim", this, dim, keepdim);

        /// <summary>Smallest of all elements.</summary>
        public Tensor min() => Aten.Tensor("min", this);

        /// <summary>The smaller of two elements.</summary>
        public Tensor min(Tensor other) => Aten.Tensor("min.other", this, other);

        /// <summary>Smallest elements along dim and their indices.</summary>
        public (Tensor values, Tensor indices) min(long dim, bool keepdim = false) => Aten.Pair("min.dim", this, dim, keepdim);

        /// <summary>Index of the largest element of all.</summary>
        public Tensor argmax() => Aten.Tensor("argmax", this);

        /// <summary>Indices of the largest elements along dim.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Aten.Tensor("argmax", this, dim, keepdim);

        /// <summary>Indices that sort along dim.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Aten.Tensor("argsort", this, dim, descending);

        /// <summary>Sorted elements along dim and their indices.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Aten.Pair("sort.stable", this, stable, dim, descending);

        /// <summary>The k largest (or smallest) elements along dim and their indices.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Aten.Pair("topk", this, (long)k, (long)dim, largest, sorted);

        /// <summary>Whether all elements are non-zero.</summary>
        public Tensor all() => Aten.Tensor("all", this);

        /// <summary>Whether all elements along dim are non-zero.</summary>
        public Tensor all(long dim, bool keepdim = false) => Aten.Tensor("all.dim", this, dim, keepdim);

        /// <summary>Whether any element is non-zero.</summary>
        public Tensor any() => Aten.Tensor("any", this);

        /// <summary>Whether any element along dim is non-zero.</summary>
        public Tensor any(long dim, bool keepdim = false) => Aten.Tensor("any.dim", this, dim, keepdim);

        /// <summary>Running sums along dim.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Aten.Tensor("cumsum", this, dim, type);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2) => Aten.Tensor("norm.Scalar", this, (double)p);

        /// <summary>p-norms along a dimension.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2) =>
            Aten.Tensor("norm.ScalarOpt_dim", this, (double)p, new long[] { dim }, keepdim);

        /// <summary>e^x over its sum along dim.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Tensor("softmax.int", this, dim, dtype);

        /// <summary>Logarithm of softmax along dim.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.Tensor("log_softmax.int", this, dim, dtype);

        private static Tensor InType(ScalarType? type, Tensor value) => type is { } other ? value.to(other, disposeAfter: true) : value;
    }
}
