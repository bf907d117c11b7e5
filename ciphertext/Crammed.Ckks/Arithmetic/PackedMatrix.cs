namespace Crammed.Ckks.Arithmetic;

/// <summary>
/// An integer matrix in the order in which the product kernel reads it: for every panel of <see cref="PanelInputs"/> inputs and, within it,
/// every block of four outputs, the inputs that the block uses with their four weights each.
/// </summary>
internal sealed class PackedMatrix
{
    public const int PanelInputs = 64;

    public const int OutputsPerBlock = 4;

    /// <param name="weights">[output * inputCount + input]</param>
    /// <param name="outputCount">rows of the matrix</param>
    /// <param name="inputCount">columns of the matrix</param>
    public PackedMatrix(double[] weights, int outputCount, int inputCount)
    {
        OutputCount = outputCount;
        InputCount = inputCount;
        var starts = new List<int> { 0 };
        var inputs = new List<int>();
        var packed = new List<double>();
        Span<double> column = stackalloc double[OutputsPerBlock];
        for (var panel = 0; panel < inputCount; panel += PanelInputs)
        {
            var panelEnd = Math.Min(inputCount, panel + PanelInputs);
            for (var block = 0; block < outputCount; block += OutputsPerBlock)
            {
                for (var input = panel; input < panelEnd; input++)
                {
                    column.Clear();
                    for (var output = block; output < Math.Min(outputCount, block + OutputsPerBlock); output++)
                        column[output - block] = weights[output * inputCount + input];
                    if (!column.ContainsAnyExcept(0.0))
                        continue;
                    inputs.Add(input - panel);
                    packed.AddRange(column);
                }
                starts.Add(inputs.Count);
            }
        }
        Starts = [.. starts];
        Inputs = [.. inputs];
        Weights = [.. packed];
    }

    public int OutputCount { get; }

    public int InputCount { get; }

    public int BlockCount => (OutputCount + OutputsPerBlock - 1) / OutputsPerBlock;

    /// <summary>Entry panel * <see cref="BlockCount"/> + block: where the block's inputs begin; one more entry ends the last.</summary>
    public int[] Starts { get; }

    /// <summary>Used inputs, counted from the beginning of their panel.</summary>
    public int[] Inputs { get; }

    /// <summary>Four weights for each used input.</summary>
    public double[] Weights { get; }
}
