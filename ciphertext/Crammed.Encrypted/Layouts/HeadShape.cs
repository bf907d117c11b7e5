using System.Numerics;

namespace Crammed.Encrypted.Layouts;

/// <summary>
/// How a classification head lies in the slots: the first token's features to a narrow bottleneck of R outputs, to hidden units, tanh, to
/// classes. Examples meet the R outputs on generalized diagonals of the example axis, so that a weight matrix fills one vector whatever the
/// batch.
/// </summary>
/// <remarks>
/// The token is written as 2 c + o1, c a column of features or hidden units, the example as L h + o2 with L = R / 2; output L o1 + o2 of
/// the bottleneck stands where both digits say. Hidden units that do not fit on the columns of all blocks fill several vectors, their parts;
/// the matrix of all parts fills one vector nevertheless, the part being the digit of the example next to o2. Classes are pairs: the last
/// digit of the token, and one vector a pair.
/// </remarks>
public sealed record HeadShape
{
    /// <param name="grid">the slots</param>
    /// <param name="input">the features, spread on every second token</param>
    /// <param name="bottleneck">R: twice a power of two</param>
    /// <param name="hiddenUnits">places that are needed for them</param>
    /// <param name="classes">logits of an example</param>
    /// <exception cref="ArgumentException">the head does not fit in the grid</exception>
    public HeadShape(SlotGrid grid, FeatureBlocks input, int bottleneck, int hiddenUnits, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenUnits, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        (Grid, Bottleneck, Classes) = (grid, bottleneck, classes);
        if (bottleneck < 2 || !int.IsPow2(bottleneck))
            throw new ArgumentException($"a bottleneck of {bottleneck} outputs; this must be a power of two from 2 on", nameof(bottleneck));
        if (grid.Tokens < 2 || Diagonals > grid.Examples || Diagonals > Columns)
        {
            throw new ArgumentException(
                $"a bottleneck of {bottleneck} outputs takes {Diagonals} examples and {bottleneck} tokens; there are {grid}",
                nameof(bottleneck));
        }
        if (input.Columns > Columns || input.Blocks > grid.Blocks)
            throw new ArgumentException($"{input} do not fit on every second of {grid}", nameof(input));
        var places = grid.Blocks * Columns;
        Input = new HeadFeatures(1, input);
        Hidden = new HeadFeatures(
            (int)BitOperations.RoundUpToPowerOf2((uint)((hiddenUnits + places - 1) / places)), new FeatureBlocks(grid.Blocks, Columns));
        if (Hidden.Parts * Diagonals > grid.Examples)
        {
            throw new ArgumentException(
                $"{hiddenUnits} hidden units by a bottleneck of {bottleneck} outputs do not fit in one vector of {grid}", nameof(hiddenUnits));
        }
        if (ClassifierRowCount > grid.Examples)
        {
            throw new ArgumentException(
                $"a head of {classes} classes and {Hidden.Parts} x {Hidden.Blocks.Features} hidden units takes {ClassifierRowCount} examples; there are {grid}",
                nameof(grid));
        }
    }

    /// <summary>Group axis of the diagonals.</summary>
    public const string Diagonal = "diagonal";

    /// <summary>Group axis of the hidden units' parts.</summary>
    public const string Part = "part";

    /// <summary>Group axis of the pairs of classes.</summary>
    public const string ClassPair = "class_pair";

    public SlotGrid Grid { get; }

    /// <summary>Features of the first token.</summary>
    public HeadFeatures Input { get; }

    /// <summary>Outputs of the first map.</summary>
    public int Bottleneck { get; }

    /// <summary>Places for hidden units: all columns of all blocks, so often as they need. A head with fewer units leaves the rest zero.</summary>
    public HeadFeatures Hidden { get; }

    /// <summary>Logits of an example.</summary>
    public int Classes { get; }

    /// <summary>L, half of the bottleneck: generalized diagonals of the example axis.</summary>
    public int Diagonals => Bottleneck / 2;

    /// <summary>Columns that stand along the token axis.</summary>
    public int Columns => Grid.Tokens / 2;

    /// <summary>Slots from one column to the next.</summary>
    public int ColumnStride => 2 * Grid.TokenStride;

    /// <summary>Slots from one part of the hidden units to the next in a packed matrix.</summary>
    public int PartStride => Diagonals * Grid.ExampleStride;

    /// <summary>Vectors of logits.</summary>
    public int ClassPairs => (Classes + 1) / 2;

    /// <summary>[example, feature]: on every second token, and repeated on the next; one vector a part.</summary>
    public Layout Pairs(HeadFeatures features) =>
        new(Grid, [TensorLayouts.Examples(Grid), FeatureAxis(features)], [new LayoutRepetition(Grid.TokenStride, 2)]);

    /// <summary>[output, feature]: a matrix between the bottleneck and features or hidden units in one vector.</summary>
    public Layout PackedWeights(HeadFeatures features) => new(
        Grid,
        [
            OutputAxis(LayoutDigit.InSlots(Diagonals, Grid.ExampleStride)),
            FeatureAxis(features, features.Parts == 1 ? [] : [LayoutDigit.InSlots(features.Parts, PartStride)]),
        ],
        ExampleCopies(Diagonals * features.Parts));

    /// <summary>[output, feature]: such a matrix, one vector a part.</summary>
    public Layout Weights(HeadFeatures features) => new(
        Grid, [OutputAxis(LayoutDigit.InSlots(Diagonals, Grid.ExampleStride)), FeatureAxis(features)], ExampleCopies(Diagonals));

    /// <summary>[example, output, feature]: such a matrix for each example, one vector a generalized diagonal and part.</summary>
    public Layout WeightDiagonals(HeadFeatures features) => new(
        Grid, [TensorLayouts.Examples(Grid), OutputAxis(AcrossDiagonals), FeatureAxis(features)], []);

    /// <summary>[example, output]: the bottleneck's outputs, one vector a diagonal, repeated over columns and blocks.</summary>
    public Layout OutputDiagonals => new(
        Grid, [TensorLayouts.Examples(Grid), OutputAxis(AcrossDiagonals)],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(ColumnStride, Columns)]);

    /// <summary>[example, output]: the bottleneck's outputs in one vector, diagonal d at column d mod L, repeated over blocks.</summary>
    public Layout PackedOutputs => PackedOutputsAt(OnDiagonals(LayoutDigit.InSlots(Diagonals, ColumnStride)));

    /// <summary>[example, class]: the class in the token's last digit, one vector a pair, repeated over columns and blocks.</summary>
    public Layout Logits => new(
        Grid, [TensorLayouts.Examples(Grid), ClassAxis],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(ColumnStride, Columns)]);

    /// <summary>[example, output]: the first row of the packed classifier; output o2 of each half at column o2 mod L, whatever the example.</summary>
    public ExampleRow BottleneckBias => new("bottleneck_bias", 0, PackedOutputsAt(LayoutDigit.InSlots(Diagonals, ColumnStride)));

    /// <summary>[example, class, hidden unit]: the next rows.</summary>
    public ExampleRow ClassWeights => new(
        "class_weights", BottleneckBias.End, new Layout(Grid, [TensorLayouts.Examples(Grid), ClassAxis, FeatureAxis(Hidden)], []));

    /// <summary>[example, hidden unit]: the next rows.</summary>
    public ExampleRow HiddenBias => new("hidden_bias", ClassWeights.End, Pairs(Hidden));

    /// <summary>[example, class]: the last rows.</summary>
    public ExampleRow ClassBias => new("class_bias", HiddenBias.End, Logits);

    /// <summary>Example rows that the packed classifier takes.</summary>
    public int ClassifierRowCount => ClassBias.End;

    /// <summary>The packed classifier: the bottleneck's bias, classes' weights, hidden units' bias, classes' bias.</summary>
    public Layout Classifier => Grid.ExampleRows(ClassifierRowCount);

    private LayoutDigit AcrossDiagonals => OnDiagonals(LayoutDigit.AcrossVectors(Diagonals, Diagonal));

    private LayoutAxis ClassAxis => new("class", Classes, [.. Across(ClassPairs, ClassPair), LayoutDigit.InSlots(2, Grid.TokenStride)]);

    private Layout PackedOutputsAt(LayoutDigit second) => new(
        Grid, [TensorLayouts.Examples(Grid), OutputAxis(second)],
        [new LayoutRepetition(1, Grid.Blocks), new LayoutRepetition(Diagonals * ColumnStride, Columns / Diagonals)]);

    private LayoutAxis FeatureAxis(HeadFeatures features) => FeatureAxis(features, Across(features.Parts, Part));

    private LayoutAxis FeatureAxis(HeadFeatures features, IEnumerable<LayoutDigit> parts) => new(
        TensorLayouts.Feature, features.Features,
        [.. parts, LayoutDigit.InSlots(features.Blocks.Blocks, 1), LayoutDigit.InSlots(features.Blocks.Columns, ColumnStride)]);

    /// <summary>A digit across vectors, none where it would be 0 always.</summary>
    private static IEnumerable<LayoutDigit> Across(int size, string name) => size > 1 ? [LayoutDigit.AcrossVectors(size, name)] : [];

    /// <summary>A digit that is counted from the example.</summary>
    private LayoutDigit OnDiagonals(LayoutDigit digit) => digit with { From = TensorLayouts.Examples(Grid).Name };

    /// <summary>An output: the first digit in the token's last one, the second as given.</summary>
    private LayoutAxis OutputAxis(LayoutDigit second) =>
        new("output", Bottleneck, [LayoutDigit.InSlots(2, Grid.TokenStride), second]);

    private ValueList<LayoutRepetition> ExampleCopies(int examples) =>
        [new LayoutRepetition(examples * Grid.ExampleStride, Grid.Examples / examples)];
}

/// <summary>A head's features: feature = (part * blocks + block) * columns + column, each part a vector.</summary>
/// <param name="Parts">a power of two</param>
/// <param name="Blocks">blocks and columns of a part</param>
public sealed record HeadFeatures(int Parts, FeatureBlocks Blocks)
{
    public int Features => Parts * Blocks.Features;
}
