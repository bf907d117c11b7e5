namespace TorchSharp.Modules;

/// <summary>Options of a group of parameters; null takes the optimizer's.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }
}
