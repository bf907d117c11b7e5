namespace Crammed.Encrypted.Layouts;

/// <summary>
/// How a classification head lies in the slots: the first token's features to a narrow bottleneck of R outputs, to hidden units, tanh, to
/// two classes. Examples meet the R outputs on generalized diagonals of the example axis, so that a weight matrix fills one vector whatever
/// the batch.
/// </summary>
/// <remarks>
/// The token is written as 2 c + o1, c a column of features or hidden units, the example as L h + o2 with L = R / 2; output L o1 + o2 of
/// the bottleneck stands where both digits say. The bottleneck's bias is the weight of a constant feature, in a column of its own.
/// </remarks>
public sealed record HeadShape
{
    /// <summary>Example row of the classes' weights in the packed classifier; the hidden units' bias and the classes' follow.</summary>
    private const int WeightRow = 0;

    /// <param name="grid">the slots</param>
    /// <param name="input">the features, spread on every second token</param>
    /// <param name="bottleneck">R: twice a power of two</param>
    /// <exception cref="ArgumentException">the head does not fit in the grid</exception>
    public HeadShape(SlotGrid grid, FeatureBlocks input, int bottleneck)
    {
        (Grid, Input, Bottleneck) = (grid, input, bottleneck);
        if (bottleneck < 2 || !int.IsPow2(bottleneck))
            throw new ArgumentException($"a bottleneck of {bottleneck} outputs; this must be a power of two from 2 on", nameof(bottleneck));
        if (grid.Tokens < 2 || Diagonals > grid.Examples || Diagonals > Columns)
        {
            throw new ArgumentException(
                $"a bottleneck of {bottleneck} outputs takes {Diagonals} examples and {bottleneck} tokens; there are {grid}",
                nameof(bottleneck));
        }
        if (input.Columns >= Columns || input.Blocks > grid.Blocks)
            throw new ArgumentException($"{input} and a constant do not fit on every second of {grid}", nameof(input));
        if (grid.Examples < ClassifierRowCount)
            throw new ArgumentException($"a classifier takes {ClassifierRowCount} examples; there are {grid}", nameof(grid));
    }

    /// <summary>Example rows that the packed classifier takes.</summary>
    public const int ClassifierRowCount = 3;

    /// <summary>Classes; one-output heads leave the second one zero.</summary>
    public const int Classes = 2;

    /// <summary>Group axis of the diagonals.</summary>
    public const string Diagonal = "diagonal";

    public SlotGrid Grid { get; }

    /// <summary>Features of the first token.</summary>
    public FeatureBlocks Input { get; }

    /// <summary>Outputs of the first map.</summary>
    public int Bottleneck { get; }

    /// <summary>L, half of the bottleneck: generalized diagonals of the example axis.</summary>
    public int Diagonals => Bottleneck / 2;

    /// <summary>Columns that stand along the token axis.</summary>
    public int Columns => Grid.Tokens / 2;

    /// <summary>Slots from one column to the next.</summary>
    public int ColumnStride => 2 * Grid.TokenStride;

    /// <summary>The features and, in a last column, the constant 1 in block 0.</summary>
    public FeatureBlocks InputAndConstant => new(Input.Blocks, Input.Columns + 1);

    /// <summary>Places for hidden units: all columns of all blocks. A head with fewer units leaves the rest zero.</summary>
    public FeatureBlocks Hidden => new(Grid.Blocks, Columns);

    /// <summary>[example, feature]: spread on every second token, and repeated on the next.</summary>
    public Layout Pairs(FeatureBlocks features) =>
        Grid.Spread(features, 2) with { Repetitions = [new LayoutRepetition(Grid.TokenStride, 2)] };

    /// <summary>[output, feature]: a matrix between the bottleneck and features or hidden units in one vector.</summary>
    public Layout Weights(FeatureBlocks features) => new(
        Grid, [OutputAxis(LayoutDigit.InSlots(Diagonals, Grid.ExampleStride)), FeatureAxis(features)], ExampleCopies());

    /// <summary>[example, output, feature]: such a matrix for each example, one vector a generalized diagonal.</summary>
    public Layout WeightDiagonals(FeatureBlocks features) => new(
        Grid, [TensorLayouts.Examples(Grid), OutputAxis(AcrossDiagonals), FeatureAxis(features)], []);

    /// <summary>[example, output]: the bottleneck's outputs, one vector a diagonal, repeated over columns and blocks.</summary>
    public Layout OutputDiagonals => new(
        Grid, [TensorLayouts.Examples(Grid), OutputAxis(AcrossDiagonals)],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(ColumnStride, Columns)]);

    /// <summary>[example, output]: the bottleneck's outputs in one vector, diagonal d at column d mod L, repeated over blocks.</summary>
    public Layout PackedOutputs => new(
        Grid,
        [TensorLayouts.Examples(Grid), OutputAxis(OnDiagonals(LayoutDigit.InSlots(Diagonals, ColumnStride)))],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(Diagonals * ColumnStride, Columns / Diagonals)]);

    /// <summary>[example, class]: the class in the token's last digit, repeated over columns and blocks.</summary>
    public Layout Logits => new(
        Grid, [TensorLayouts.Examples(Grid), ClassAxis],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(ColumnStride, Columns)]);

    /// <summary>[example, class, hidden unit]: row <see cref="WeightRow"/> of the packed classifier.</summary>
    public ExampleRow ClassWeights =>
        new("class_weights", WeightRow, new Layout(Grid, [TensorLayouts.Examples(Grid), ClassAxis, FeatureAxis(Hidden)], []));

    /// <summary>[example, hidden unit]: the next row.</summary>
    public ExampleRow HiddenBias => new("hidden_bias", WeightRow + 1, Pairs(Hidden));

    /// <summary>[example, class]: the last row.</summary>
    public ExampleRow ClassBias => new("class_bias", WeightRow + 2, Logits);

    /// <summary>The packed classifier: classes' weights, hidden units' bias, classes' bias.</summary>
    public Layout Classifier => Grid.ExampleRows(ClassifierRowCount);

    private LayoutDigit AcrossDiagonals => OnDiagonals(LayoutDigit.AcrossVectors(Diagonals, Diagonal));

    private LayoutAxis ClassAxis => new("class", Classes, [LayoutDigit.InSlots(Classes, Grid.TokenStride)]);

    /// <summary>Values of the bottleneck's weights as <see cref="Weights"/> of <see cref="InputAndConstant"/>.</summary>
    /// <param name="weights">[output, feature], row-major</param>
    /// <param name="bias">one number an output</param>
    public double[] WithBias(IReadOnlyList<double> weights, IReadOnlyList<double> bias)
    {
        var (from, to) = (Input, InputAndConstant);
        var values = new double[Bottleneck * to.Features];
        for (var output = 0; output < Bottleneck; output++)
        {
            for (var feature = 0; feature < from.Features; feature++)
            {
                values[output * to.Features + feature / from.Columns * to.Columns + feature % from.Columns] =
                    weights[output * from.Features + feature];
            }
            values[output * to.Features + from.Columns] = bias[output];
        }
        return values;
    }

    /// <summary>Weights [output, feature] and bias of the bottleneck from what <see cref="WithBias"/> makes.</summary>
    public (double[] Weights, double[] Bias) WithoutBias(IReadOnlyList<double> values)
    {
        var (from, to) = (InputAndConstant, Input);
        var (weights, bias) = (new double[Bottleneck * to.Features], new double[Bottleneck]);
        for (var output = 0; output < Bottleneck; output++)
        {
            for (var feature = 0; feature < to.Features; feature++)
            {
                weights[output * to.Features + feature] =
                    values[output * from.Features + feature / to.Columns * from.Columns + feature % to.Columns];
            }
            bias[output] = values[output * from.Features + to.Columns];
        }
        return (weights, bias);
    }

    private LayoutAxis FeatureAxis(FeatureBlocks features) => new(
        TensorLayouts.Feature, features.Features,
        [LayoutDigit.InSlots(features.Blocks, 1), LayoutDigit.InSlots(features.Columns, ColumnStride)]);

    /// <summary>A digit that is counted from the example.</summary>
    private LayoutDigit OnDiagonals(LayoutDigit digit) => digit with { From = TensorLayouts.Examples(Grid).Name };

    /// <summary>An output: the first digit in the token's last one, the second as given.</summary>
    private LayoutAxis OutputAxis(LayoutDigit second) =>
        new("output", Bottleneck, [LayoutDigit.InSlots(2, Grid.TokenStride), second]);

    private ValueList<LayoutRepetition> ExampleCopies() =>
        [new LayoutRepetition(Diagonals * Grid.ExampleStride, Grid.Examples / Diagonals)];
}
