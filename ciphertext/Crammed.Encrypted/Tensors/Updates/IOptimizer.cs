namespace Crammed.Encrypted.Tensors;

/// <summary>How a step moves parameters, and what it keeps for the next one.</summary>
public interface IOptimizer
{
    /// <summary>What is kept beside each parameter, in its layout; zero before the first step.</summary>
    IReadOnlyList<string> States { get; }

    /// <summary>New parameters and states.</summary>
    /// <param name="parameters">packed in any way</param>
    /// <param name="gradient">with the loss scale, of the same layout</param>
    /// <param name="states">likewise</param>
    /// <exception cref="ArgumentException">the tensors lie in different ways</exception>
    (Tensor Parameters, IReadOnlyList<Tensor> States) Update(Tensor parameters, Tensor gradient, IReadOnlyList<Tensor> states);

    /// <summary>The numbers of a step.</summary>
    /// <param name="step">from 1</param>
    /// <param name="learningRate">of this step</param>
    /// <param name="lossScale">that the gradient carries</param>
    IReadOnlyDictionary<string, double> Scalars(int step, double learningRate, double lossScale);
}
