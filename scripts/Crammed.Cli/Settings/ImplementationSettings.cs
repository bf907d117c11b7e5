using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crammed.Cli.Settings;

/// <summary>The group <c>impl</c>: how a run uses the machine. Results do not depend on it.</summary>
public sealed record ImplementationSettings
{
    [Description("threads; 0: one for each core"), Range(0, 1024)]
    public required int Threads { get; init; }

    /// <summary>Threads to use.</summary>
    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;
}
