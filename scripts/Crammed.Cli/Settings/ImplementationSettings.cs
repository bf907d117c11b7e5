using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Crammed.Bert;

namespace Crammed.Cli.Settings;

/// <summary>Where tensors are.</summary>
public enum ComputeDevice
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA graphics processor.</summary>
    Cuda,
}

/// <summary>The group <c>impl</c>: how a run uses the machine. It changes results by rounding alone.</summary>
public sealed record ImplementationSettings
{
    [Description("threads; 0: one for each core"), Range(0, 1024)]
    public required int Threads { get; init; }

    [Description("where tensors are; cuda needs a libtorch built for it")]
    public required ComputeDevice Device { get; init; }

    [Description("pretraining: type of the factors of products with weights, themselves float32; auto: bfloat16 where the processor has it")]
    public required MatrixProductPrecision Precision { get; init; }

    [Description("pretraining: most packed sequences in one forward and backward pass; larger steps add up gradients"), Range(1, 65536)]
    public required int MicrobatchSize { get; init; }

    /// <summary>Threads to use.</summary>
    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;
}
