using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Matrix product, batched over leading dimensions, which broadcast.</summary>
        public Tensor matmul(Tensor target) => Aten.Tensor("matmul", this, target);

        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => Aten.Tensor("mm", this, target);

        /// <summary>Products of two stacks of matrices, (b, n, m) and (b, m, p).</summary>
        public Tensor bmm(Tensor batch2) => Aten.Tensor("bmm", this, batch2);

        /// <summary>beta * this + alpha * mat1 mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Aten.Tensor("addmm", this, mat1, mat2, (double)beta, (double)alpha);

        /// <summary>beta * this + alpha * batch1 batch2, for stacks of matrices.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Aten.Tensor("baddbmm", this, batch1, batch2, (double)beta, (double)alpha);
    }
}
