using System.Runtime.CompilerServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The part that the indices select: a view, or a copy where an index is a tensor.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>Elements at positions broadcast against each other, as a copy.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The part at one position of each leading dimension, as a view.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Singles(indices));
            set => index_put_(value, Singles(indices));
        }

        /// <summary>The part at a position of the first dimension, as a view.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => index(Singles(i1));
            set => index_put_(value, Singles(i1));
        }

        /// <summary>The part at positions of the first two dimensions, as a view.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(Singles(i1, i2));
            set => index_put_(value, Singles(i1, i2));
        }

        /// <summary>The part at positions of the first three dimensions, as a view.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Singles(i1, i2, i3));
            set => index_put_(value, Singles(i1, i2, i3));
        }

        /// <summary>The part that the indices select: a view, or a copy where an index is a tensor.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, positions) = Basic(indices);
            if (positions.Length == 0)
                return view;
            using (view)
                return Aten.Tensor("index.Tensor", view, Operand.OptionalTensors(positions));
        }

        /// <summary>Writes a value, which broadcasts, to the part that the indices select.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var (view, positions) = Basic(indices);
            using (view)
            {
                if (positions.Length == 0)
                    view.copy_(value);
                else
                    view.InPlace("index_put_", view, Operand.OptionalTensors(positions), value);
            }
            return this;
        }

        private static TensorIndex[] Singles(params long[] indices) => Array.ConvertAll(indices, TensorIndex (index) => index);

        // Applies all but the tensors among the indices, which come back by the dimension of the view that they index.
        private (Tensor View, Tensor?[] Positions) Basic(TensorIndex[] indices)
        {
            var view = Aten.Tensor("alias", this);
            var positions = new List<Tensor?>();
            var (dimension, covered) = (0, 0);
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndex.IndexKind.Single:
                        Become(ref view, view.select(dimension, index.Start!.Value));
                        break;
                    case TensorIndex.IndexKind.Slice:
                        Become(ref view, Aten.Tensor("slice.Tensor", view, dimension++, index.Start, index.Stop, index.Step ?? 1));
                        break;
                    case TensorIndex.IndexKind.NewDimension:
                        Become(ref view, view.unsqueeze(dimension++));
                        break;
                    case TensorIndex.IndexKind.Ellipsis:
                        dimension += (int)dim() - indices.Sum(Consumed);
                        break;
                    default:
                        for (; covered < dimension; covered++)
                            positions.Add(null);
                        positions.Add(index.Positions);
                        covered = dimension += Consumed(index);
                        break;
                }
            }
            return (view, [.. positions]);
        }

        // Dimensions of this tensor that an index takes the place of.
        private static int Consumed(TensorIndex index) => index switch
        {
            { Kind: TensorIndex.IndexKind.Single or TensorIndex.IndexKind.Slice } => 1,
            { Positions: { } mask } => mask.dtype is ScalarType.Bool or ScalarType.Byte ? (int)mask.dim() : 1,
            _ => 0,
        };

        private static void Become(ref Tensor view, Tensor next)
        {
            view.Dispose();
            view = next;
        }
    }
}
