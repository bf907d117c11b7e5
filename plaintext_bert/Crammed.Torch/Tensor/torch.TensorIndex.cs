namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of an index as in Python: a position, a slice, a new dimension, an ellipsis, a tensor of positions.</summary>
    public struct TensorIndex
    {
        /// <summary>All dimensions that the other entries leave.</summary>
        public static TensorIndex Ellipsis = new() { Kind = IndexKind.Ellipsis };

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None = new() { Kind = IndexKind.NewDimension };

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = Slice();

        internal enum IndexKind
        {
            Slice,
            Single,
            NewDimension,
            Ellipsis,
            Positions,
        }

        internal IndexKind Kind { get; private init; }

        internal long? Start { get; private init; }

        internal long? Stop { get; private init; }

        internal long? Step { get; private init; }

        internal Tensor? Positions { get; private init; }

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        /// <summary>Never called: it lets the compiler prefer TensorIndex to Tensor where an index could be either.</summary>
        public static implicit operator Tensor(TensorIndex value) =>
            throw new InvalidOperationException("An index is not a tensor: this conversion only guides overload resolution.");

        /// <summary>Every step-th position from start to before stop; null is the end of the dimension on that side.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = IndexKind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            range.End switch
            {
                { IsFromEnd: false } end => end.Value,
                { Value: 0 } => null,
                var end => -end.Value,
            });

        /// <summary>One position; the dimension goes.</summary>
        public static TensorIndex Single(long? index) =>
            new() { Kind = IndexKind.Single, Start = index ?? throw new ArgumentNullException(nameof(index)) };

        /// <summary>Positions, or a mask that takes the place of as many dimensions as it has.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = IndexKind.Positions, Positions = tensor };
    }
}
