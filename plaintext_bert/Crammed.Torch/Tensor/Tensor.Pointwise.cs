using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>|x|, elementwise.</summary>
        public Tensor abs() => Aten.Tensor("abs", this);

        /// <summary>-x, elementwise.</summary>
        public Tensor neg() => Aten.Tensor("neg", this);

        /// <summary>e^x, elementwise.</summary>
        public Tensor exp() => Aten.Tensor("exp", this);

        /// <summary>Natural logarithm, elementwise.</summary>
        public Tensor log() => Aten.Tensor("log", this);

        /// <summary>Square root, elementwise.</summary>
        public Tensor sqrt() => Aten.Tensor("sqrt", this);

        /// <summary>1 / sqrt(x), elementwise.</summary>
        public Tensor rsqrt() => Aten.Tensor("rsqrt", this);

        /// <summary>x^2, elementwise.</summary>
        public Tensor square() => Aten.Tensor("square", this);

        /// <summary>1 / x, elementwise.</summary>
        public Tensor reciprocal() => Aten.Tensor("reciprocal", this);

        /// <summary>Sine, elementwise.</summary>
        public Tensor sin() => Aten.Tensor("sin", this);

        /// <summary>Cosine, elementwise.</summary>
        public Tensor cos() => Aten.Tensor("cos", this);

        /// <summary>Hyperbolic tangent, elementwise.</summary>
        public Tensor tanh() => Aten.Tensor("tanh", this);

        /// <summary>1 / (1 + e^-x), elementwise.</summary>
        public Tensor sigmoid() => Aten.Tensor("sigmoid", this);

        /// <summary>Where the elements are NaN, elementwise.</summary>
        public Tensor isnan() => Aten.Tensor("isnan", this);

        /// <summary>Where the elements are infinite, elementwise.</summary>
        public Tensor isinf() => Aten.Tensor("isinf", this);

        /// <summary>Where the elements are finite, elementwise.</summary>
        public Tensor isfinite() => Aten.Tensor("isfinite", this);

        /// <summary>Where the elements are zero, elementwise.</summary>
        public Tensor logical_not() => Aten.Tensor("logical_not", this);

        /// <summary>max(x, 0), elementwise.</summary>
        public Tensor relu() => Aten.Tensor("relu", this);

        /// <summary>this + target.</summary>
        public Tensor add(Tensor target) => Aten.Tensor("add.Tensor", this, target);

        /// <summary>this + alpha * target.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Aten.Tensor("add.Tensor", this, target, alpha);

        /// <summary>this + scalar.</summary>
        public Tensor add(Scalar scalar) => Aten.Tensor("add.Scalar", this, scalar);

        /// <summary>this + alpha * scalar.</summary>
        public Tensor add(Scalar scalar, Scalar alpha) => Aten.Tensor("add.Scalar", this, scalar, alpha);

        /// <summary>this - target.</summary>
        public Tensor sub(Tensor target) => Aten.Tensor("sub.Tensor", this, target);

        /// <summary>this - target.</summary>
        public Tensor sub(Scalar target) => Aten.Tensor("sub.Scalar", this, target);

        /// <summary>this * target.</summary>
        public Tensor mul(Tensor target) => Aten.Tensor("mul.Tensor", this, target);

        /// <summary>this * target.</summary>
        public Tensor mul(Scalar target) => Aten.Tensor("mul.Scalar", this, target);

        /// <summary>this / target, rounded as asked.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Tensor("div.Tensor_mode", this, target, Rounding(rounding_mode));

        /// <summary>this / target, rounded as asked.</summary>
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Tensor("div.Scalar_mode", this, target, Rounding(rounding_mode));

        /// <summary>this ^ exponent.</summary>
        public Tensor pow(Tensor exponent) => Aten.Tensor("pow.Tensor_Tensor", this, exponent);

        /// <summary>this ^ exponent.</summary>
        public Tensor pow(Scalar exponent) => Aten.Tensor("pow.Tensor_Scalar", this, exponent);

        /// <summary>The larger of two elements.</summary>
        public Tensor maximum(Tensor other) => Aten.Tensor("maximum", this, other);

        /// <summary>The smaller of two elements.</summary>
        public Tensor minimum(Tensor other) => Aten.Tensor("minimum", this, other);

        /// <summary>Limits elements to [min, max]; null is no limit.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Tensor("clamp", this, min, max);

        /// <summary>Limits elements to [min, max]; null is no limit.</summary>
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.Tensor("clamp.Tensor", this, min, max);

        /// <summary>Where both are non-zero.</summary>
        public Tensor logical_and(Tensor other) => Aten.Tensor("logical_and", this, other);

        /// <summary>Where either is non-zero.</summary>
        public Tensor logical_or(Tensor other) => Aten.Tensor("logical_or", this, other);

        /// <summary>Where this == target.</summary>
        public Tensor eq(Tensor target) => Aten.Tensor("eq.Tensor", this, target);

        /// <summary>Where this == target.</summary>
        public Tensor eq(Scalar target) => Aten.Tensor("eq.Scalar", this, target);

        /// <summary>Where this != target.</summary>
        public Tensor ne(Tensor target) => Aten.Tensor("ne.Tensor", this, target);

        /// <summary>Where this != target.</summary>
        public Tensor ne(Scalar target) => Aten.Tensor("ne.Scalar", this, target);

        /// <summary>Where this &lt; target.</summary>
        public Tensor lt(Tensor target) => Aten.Tensor("lt.Tensor", this, target);

        /// <summary>Where this &lt; target.</summary>
        public Tensor lt(Scalar target) => Aten.Tensor("lt.Scalar", this, target);

        /// <summary>Where this &lt;= target.</summary>
        public Tensor le(Tensor target) => Aten.Tensor("le.Tensor", this, target);

        /// <summary>Where this &lt;= target.</summary>
        public Tensor le(Scalar target) => Aten.Tensor("le.Scalar", this, target);

        /// <summary>Where this &gt; target.</summary>
        public Tensor gt(Tensor target) => Aten.Tensor("gt.Tensor", this, target);

        /// <summary>Where this &gt; target.</summary>
        public Tensor gt(Scalar target) => Aten.Tensor("gt.Scalar", this, target);

        /// <summary>Where this &gt;= target.</summary>
        public Tensor ge(Tensor target) => Aten.Tensor("ge.Tensor", this, target);

        /// <summary>Where this &gt;= target.</summary>
        public Tensor ge(Scalar target) => Aten.Tensor("ge.Scalar", this, target);

        /// <summary>Whether every |this - target| is at most atol + rtol |target|.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Aten.Boolean("allclose", this, target, rtol, atol, equal_nan);

        private static string? Rounding(RoundingMode mode) => mode switch
        {
            RoundingMode.None => null,
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "unknown rounding mode"),
        };
    }
}
