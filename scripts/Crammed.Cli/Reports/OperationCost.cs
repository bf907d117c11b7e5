namespace Crammed.Cli.Reports;

/// <summary>One kind of operation in a training step, on average.</summary>
/// <param name="Operation">For example "rotate".</param>
/// <param name="Count">Operations a step.</param>
/// <param name="ProcessorSeconds">Processor seconds a step, summed over cores.</param>
internal sealed record OperationCost(string Operation, double Count, double ProcessorSeconds);
