using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Adds a tensor.</summary>
        public Tensor add_(Tensor target) => InPlace("add_.Tensor", this, target);

        /// <summary>Adds alpha times a tensor.</summary>
        public Tensor add_(Tensor target, Scalar alpha) => InPlace("add_.Tensor", this, target, alpha);

        /// <summary>Adds a number.</summary>
        public Tensor add_(Scalar scalar) => InPlace("add_.Scalar", this, scalar);

        /// <summary>Adds alpha times a number.</summary>
        public Tensor add_(Scalar scalar, Scalar alpha) => InPlace("add_.Scalar", this, scalar, alpha);

        /// <summary>Subtracts a tensor.</summary>
        public Tensor sub_(Tensor target) => InPlace("sub_.Tensor", this, target);

        /// <summary>Subtracts a number.</summary>
        public Tensor sub_(Scalar target) => InPlace("sub_.Scalar", this, target);

        /// <summary>Multiplies by a tensor.</summary>
        public Tensor mul_(Tensor target) => InPlace("mul_.Tensor", this, target);

        /// <summary>Multiplies by a number.</summary>
        public Tensor mul_(Scalar target) => InPlace("mul_.Scalar", this, target);

        /// <summary>Divides by a tensor.</summary>
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace("div_.Tensor_mode", this, target, Rounding(rounding_mode));

        /// <summary>Divides by a number.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace("div_.Scalar_mode", this, target, Rounding(rounding_mode));

        /// <summary>Adds value * tensor1 * tensor2.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace("addcmul_", this, tensor1, tensor2, value);

        /// <summary>Adds tensor1 / tensor2.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => InPlace("addcdiv_", this, tensor1, tensor2);

        /// <summary>Adds value * tensor1 / tensor2.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace("addcdiv_", this, tensor1, tensor2, value);

        /// <summary>Moves towards end by weight.</summary>
        public Tensor lerp_(Tensor end, Tensor weight) => InPlace("lerp_.Tensor", this, end, weight);

        /// <summary>Copies the elements of a tensor that broadcasts to this one.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace("copy_", this, source, nonBlocking);

        /// <summary>Sets every element.</summary>
        public Tensor fill_(Scalar value) => InPlace("fill_.Scalar", this, value);

        /// <summary>Sets every element to 0.</summary>
        public Tensor zero_() => InPlace("zero_", this);

        /// <summary>Negates.</summary>
        public Tensor neg_() => InPlace("neg_", this);

        /// <summary>Takes square roots.</summary>
        public Tensor sqrt_() => InPlace("sqrt_", this);

        /// <summary>Takes inverse square roots.</summary>
        public Tensor rsqrt_() => InPlace("rsqrt_", this);

        /// <summary>Limits elements to [min, max]; null is no limit.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace("clamp_", this, min, max);

        /// <summary>Limits elements to [min, max]; null is no limit.</summary>
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => InPlace("clamp_.Tensor", this, min, max);

        /// <summary>Sets a value where the mask holds.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace("masked_fill_.Scalar", this, mask, value);

        /// <summary>Writes src to the indices along dim.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace("scatter_.src", this, dim, index, src);

        /// <summary>Writes values to indices broadcast against each other.</summary>
        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            InPlace("index_put_", this, Operand.OptionalTensors(indices), value);

        /// <summary>Exchanges two dimensions.</summary>
        public Tensor transpose_(long dim0, long dim1) => InPlace("transpose_", this, dim0, dim1);

        /// <summary>Fills with normal random numbers.</summary>
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            InPlace("normal_", this, mean, std, generator);

        /// <summary>Fills with random numbers uniform in [from, to).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) => InPlace("uniform_", this, from, to, generator);

        private Tensor InPlace(string name, params ReadOnlySpan<Operand> operands)
        {
            Aten.Run(name, operands);
            return this;
        }
    }
}
