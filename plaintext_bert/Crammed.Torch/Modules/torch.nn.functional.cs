using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>input weights^T + bias.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Aten.Tensor("linear", input, weights, bias);

            /// <summary>Normalizes over the last dimensions, of the given sizes, then scales and shifts.</summary>
            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Aten.Tensor("layer_norm", input, normalized_shape, weight, bias, eps);

            /// <summary>While training, sets elements to 0 with probability p and divides the others by 1 - p.</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (!inplace)
                    return Aten.Tensor("dropout", input, p, training);
                Aten.Run("dropout_", input, p, training);
                return input;
            }

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor relu(Tensor x, bool inplace = false) => Activation("relu", x, inplace);

            public static Tensor tanh(Tensor x, bool inplace = false) => Activation("tanh", x, inplace);

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor sigmoid(Tensor x, bool inplace) => Activation("sigmoid", x, inplace);

            /// <summary>x sigmoid(x).</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => Activation("silu", x, inplace);

            /// <summary>x Phi(x), with the normal distribution function Phi.</summary>
            public static Tensor gelu(Tensor x) => Aten.Tensor("gelu", x);

            public static Tensor gelu(Tensor x, bool inplace) => Activation("gelu", x, inplace);

            /// <summary>The first half along dim times the sigmoid of the second.</summary>
            public static Tensor glu(Tensor input, long dim = -1) => Aten.Tensor("glu", input, dim);

            /// <summary>
            /// Cross entropy of logits (n, classes, ...) and classes (n, ...), or probabilities in the shape of the logits. Classes equal
            /// to ignore_index do not count, neither in a mean.
            /// </summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean,
                double label_smoothing = 0) =>
                Aten.Tensor("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>Minus the log probabilities (n, classes) of the classes (n).</summary>
            public static Tensor nll_loss(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.Tensor("nll_loss", input, target, weight, (long)reduction);

            /// <summary>Squared differences.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Tensor("mse_loss", input, target, (long)reduction);

            /// <summary>Cross entropy of sigmoid(input) and a probability.</summary>
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Aten.Tensor("binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);

            /// <summary>1 at each class, 0 elsewhere, along a new last dimension.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Aten.Tensor("one_hot", x, num_classes);

            private static Tensor Activation(string name, Tensor x, bool inplace)
            {
                if (!inplace)
                    return Aten.Tensor(name, x);
                Aten.Run(name + "_", x);
                return x;
            }
        }
    }
}
