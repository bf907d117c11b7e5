using TorchSharp.Native;
using static TorchSharp.Native.NativeMethods;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether operations on this tensor are recorded for the backward pass.</summary>
        public bool requires_grad
        {
            get
            {
                Check(crammed_tensor_requires_grad(Handle, out var required));
                GC.KeepAlive(this);
                return required != 0;
            }

            set
            {
                Check(crammed_tensor_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>Whether no recorded operation made this tensor.</summary>
        public bool is_leaf
        {
            get
            {
                Check(crammed_tensor_is_leaf(Handle, out var leaf));
                GC.KeepAlive(this);
                return leaf != 0;
            }
        }

        /// <summary>The accumulated gradient, a new tensor object at each call; null before any.</summary>
        public Tensor? grad
        {
            get
            {
                Check(crammed_tensor_grad(Handle, out var gradient));
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set
            {
                Check(crammed_tensor_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        /// <summary>Sets <see cref="requires_grad"/>.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Keeps the gradient of a tensor that is not a leaf.</summary>
        public void retain_grad()
        {
            Check(crammed_tensor_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>A view that the backward pass does not reach.</summary>
        public Tensor detach() => Aten.Tensor("detach", this);

        /// <summary>Cuts this tensor from the recorded graph.</summary>
        public Tensor detach_() => InPlace("detach_", this);

        /// <summary>Accumulates the gradients of this 0-dimensional tensor into the leaves.</summary>
        public void backward() => backward(null);

        /// <summary>
        /// Accumulates the gradients of this tensor, weighted by <paramref name="grad_tensors"/>, into the leaves, or into
        /// <paramref name="inputs"/> alone. The graph is freed unless it is retained or itself recorded.
        /// </summary>
        public unsafe void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            var gradients = autograd.Handles(grad_tensors);
            var leaves = autograd.Handles(inputs);
            fixed (nint* gradient = gradients, leaf = leaves)
            {
                Check(crammed_backward(Handle, gradient, gradients.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0,
                    leaf, leaves.Length));
            }
            GC.KeepAlive(this);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }
    }
}
