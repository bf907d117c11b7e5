using Crammed.Approximation;
using Crammed.Converter;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Tensors;
using Crammed.Model;

namespace Crammed.Encrypted.Tests.Models;

/// <summary>A checkpoint, loaded, as a graph on clear slots against libtorch's autograd on the model in textbook form.</summary>
[TestFixture]
internal sealed class CheckpointModelTests
{
    private const int Deepest = 15;

    /// <summary>
    /// Norms' scales are within 2^-16 of the true ones, tanh and sigmoid within 1e-6. A kernel's value changes by up to 2^6 times what
    /// its vectors' scale does, where it is small; two to five norms follow one another.
    /// </summary>
    private const double Tolerance = 5.0 / (1 << 10);

    private static readonly FineTuningSettings Settings = new() { Rank = 2, Alpha = 2 * ReferenceModel.AdapterScale, Epsilon = 0.05 };

    private static readonly (string Name, ModelShape Shape, SlotGrid Grid)[] Models =
    [
        ("one layer, a head a block", new ModelShape(1, 24, 4, 36, 5, 2, 8, 32, 2), new SlotGrid(16, 16, 4)),
        ("two layers, heads on three of four blocks", new ModelShape(2, 24, 3, 36, 4, 2, 8, 30, 2), new SlotGrid(16, 16, 4)),
        ("two layers, two blocks a head", new ModelShape(2, 24, 2, 36, 5, 2, 8, 32, 2), new SlotGrid(16, 8, 4)),
    ];

    /// <summary>On the calibrated range.</summary>
    private static readonly StepFunction Step = new("gate", new RectifiedLinear(CheckpointFolder.GateBound));

    private string _folder = null!;

    private static IEnumerable<TestCaseData> Cases =>
        from number in Enumerable.Range(0, Models.Length)
        from functions in new[]
        {
            (AttentionKernel.Polynomial, FeedForwardGate.Bilinear), (AttentionKernel.Gaussian, FeedForwardGate.Relu),
            (AttentionKernel.Gaussian, FeedForwardGate.Bilinear), (AttentionKernel.Polynomial, FeedForwardGate.Relu),
        }
        select new TestCaseData(number, functions.Item1, functions.Item2).SetArgDisplayNames(Models[number].Name, $"{functions}");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crammed-checkpoint-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Cases))]
    public void Logits_and_gradients_are_those_of_the_textbook_form(int number, AttentionKernel kernel, FeedForwardGate gate) =>
        Check(number, kernel, gate, new GraphRewrites());

    /// <summary>A rewrite left out changes what a step costs, and nothing of what it computes.</summary>
    [Test]
    public void So_they_are_without_a_rewrite([Values] bool firstTokenOnly, [Values] bool clientNorm, [Values(0, 1)] int number) => Check(
        number, AttentionKernel.Polynomial, FeedForwardGate.Bilinear,
        new GraphRewrites { FirstTokenOnly = firstTokenOnly, ClientNorm = clientNorm });

    /// <summary>Gradients that micro-batches add up to are those of all their examples at once.</summary>
    [Test]
    public void So_they_are_batch_by_batch([Values(2, 3)] int batches, [Values(0, 1)] int number) =>
        Check(number, AttentionKernel.Polynomial, FeedForwardGate.Bilinear, new GraphRewrites(), batches);

    private void Check(int number, AttentionKernel kernel, FeedForwardGate gate, GraphRewrites rewrites, int batches = 1)
    {
        var (shape, grid) = (ShapeOf(Models[number].Shape, kernel), Models[number].Grid);
        // The last batch is not full where there are three.
        var examples = batches * grid.Examples - (batches == 3 ? 5 : 0);
        var reference = new ReferenceModel(shape, grid, seed: 10 + number, examples)
        {
            Gates = gate == FeedForwardGate.Relu ? [.. Enumerable.Repeat(Step, shape.Layers)] : null,
        };
        CheckpointFolder.Write(
            _folder, reference, shape, grid.Tokens, configuration => configuration with { Kernel = kernel, Gate = gate });
        var (_, logits, expected) = reference.Run();

        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest, rewrites: rewrites);
        Assert.That(model.Shape, Is.EqualTo(shape));
        var training = model.Graph(grid, examples);
        Assert.That(training.MicroBatches, Is.EqualTo(batches));
        var outputs = Run(model, training, reference, grid);

        var found = new TaskPacking(model, grid, examples).Logits(outputs["logits"], examples);
        Assert.That(RelativeError([.. found.SelectMany(values => values)], logits), Is.LessThan(Tolerance), "logits");
        var parameters = new PackedParameters(training);
        var gradients = new Dictionary<string, double[]>();
        foreach (var (parameter, gradient) in training.Gradients)
        {
            var values = gradient.Layout.Unpack(outputs[$"{parameter.Name}.gradient"]);
            parameters.Unpack(parameter, [.. values.Select(value => value / model.LossScale)], gradients);
        }
        Assert.That(gradients.Keys, Is.EquivalentTo(expected.Keys));
        Assert.Multiple(() =>
        {
            foreach (var (name, gradient) in expected)
                Assert.That(RelativeError(gradients[name], gradient), Is.LessThan(Tolerance), name);
        });
    }

    /// <summary>The functions of a program are those of the plaintext twin.</summary>
    [Test]
    public void Kernels_and_gates_are_those_of_the_twin([Values] GaussianKernel gaussian)
    {
        var (shape, grid) = (Models[1].Shape with { HasNormVectors = true }, Models[1].Grid);
        CheckpointFolder.Write(
            _folder, new ReferenceModel(shape, grid, seed: 1), shape, grid.Tokens,
            configuration => configuration with { Kernel = AttentionKernel.Gaussian, Gate = FeedForwardGate.Relu });
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest, gaussian: gaussian);
        var calibration = Calibration.Read(Path.Combine(_folder, CheckpointFiles.Calibration));
        var twin = new CalibratedFunctions(calibration, Deepest, gaussian).Of(Configuration());
        Assert.That(model.Shape.KernelPowers, Is.EqualTo(twin.Layers.Select(layer => layer.Kernel.Exponent)));
        Assert.That(
            model.Shape.KernelPowers, Is.EqualTo(gaussian == GaussianKernel.PaperFaithful ? [14, 14] : shape.KernelPowers.Select((_, i) => 9 + i)));
        Assert.That(model.Polynomials.Gates!.Select(gate => gate.Function), Is.EqualTo(twin.Layers.Select((_, i) => ActivationNames.Gate(i))));
        foreach (var (gate, layer) in model.Polynomials.Gates!.Zip(twin.Layers))
        {
            Assert.That(gate.Bound, Is.EqualTo(layer.Gate!.Domain.High));
            foreach (var x in layer.Gate.Domain.Grid(101))
                Assert.That(gate.Exact.Evaluate(x), Is.EqualTo(layer.Gate.Step.Evaluate(x)), $"at {x}");
        }
    }

    /// <summary>Down to -1 where the kernel is trained in, to 0 in place of exp, and 2^-10 for noise.</summary>
    [TestCase(AttentionKernel.Polynomial, -1)]
    [TestCase(AttentionKernel.Gaussian, 0)]
    public void Bases_of_kernels_have_domains_that_name_layer_and_tensor(AttentionKernel kernel, double least)
    {
        var (shape, grid) = (Models[1].Shape with { HasNormVectors = true }, Models[1].Grid);
        CheckpointFolder.Write(
            _folder, new ReferenceModel(shape, grid, seed: 1), shape, grid.Tokens, configuration => configuration with { Kernel = kernel });
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest);
        var domains = ModelPrograms.Of(model.Graph(grid)).Evaluation.Domains;
        Assert.That(domains.Keys, Is.EquivalentTo(new[] { "layers.0.kernel_base.base", "layers.1.kernel.base_once" }));
        Assert.That(
            domains.OrderBy(domain => domain.Key).Select(domain => domain.Value.Name),
            Is.EqualTo(new[] { ActivationNames.KernelArgument(0), ActivationNames.KernelArgument(1) }));
        Assert.That(
            domains.Values.Select(domain => domain.Interval), Is.All.EqualTo(new Interval(least - 1.0 / 1024, 1 + 1.0 / 1024)));
    }

    /// <summary>With the kernel that calibration chooses in place of exp.</summary>
    private static ModelShape ShapeOf(ModelShape shape, AttentionKernel kernel)
    {
        shape = shape with { HasNormVectors = true };
        ValueList<int> powers = [.. Enumerable.Range(0, shape.Layers).Select(CheckpointFolder.GaussianPower)];
        return kernel == AttentionKernel.Polynomial ? shape : shape with { KernelPower = powers.Max(), KernelPowers = powers };
    }

    /// <summary>What writes into the stream has no mean, whatever it reads, so that the norms need none: to single precision.</summary>
    [Test]
    public void Matrices_that_write_into_the_stream_are_centred()
    {
        var (shape, grid) = (Models[1].Shape with { HasNormVectors = true }, Models[1].Grid);
        CheckpointFolder.Write(_folder, new ReferenceModel(shape, grid, seed: 1), shape, grid.Tokens);
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest);
        foreach (var (name, weights) in model.Matrices.Where(pair => pair.Key.EndsWith("output", StringComparison.Ordinal) || pair.Key.EndsWith("contract", StringComparison.Ordinal)))
        {
            for (var column = 0; column < weights.Columns; column++)
                Assert.That(Enumerable.Range(0, weights.Rows).Sum(row => (double)weights[row, column]), Is.EqualTo(0).Within(weights.Rows * 1e-7), name);
        }
    }

    [TestCase("kernel Softmax with gate Bilinear in style Crammed cannot be trained encrypted", nameof(BertConfiguration.Kernel))]
    [TestCase("with gate Gelu in style Crammed cannot be trained encrypted", nameof(BertConfiguration.Gate))]
    [TestCase("in style Original cannot be trained encrypted", nameof(BertConfiguration.Style))]
    public void Another_architecture_is_refused(string message, string changed)
    {
        var (shape, grid) = (Models[0].Shape with { HasNormVectors = true }, Models[0].Grid);
        CheckpointFolder.Write(_folder, new ReferenceModel(shape, grid, seed: 1), shape, grid.Tokens, configuration => changed switch
        {
            nameof(BertConfiguration.Kernel) => configuration with { Kernel = AttentionKernel.Softmax },
            nameof(BertConfiguration.Gate) => configuration with { Gate = FeedForwardGate.Gelu },
            _ => configuration with { Style = EncoderStyle.Original },
        });
        Refuses<InvalidDataException>(message, Settings);
    }

    [Test]
    public void Dropout_is_refused()
    {
        WriteFirst();
        Refuses<ArgumentException>("set dropout to 0", Settings with { AdapterDropout = 0.1 });
    }

    [Test]
    public void Ranges_that_are_too_wide_or_missing_are_refused()
    {
        WriteFirst();
        var path = Path.Combine(_folder, CheckpointFiles.Calibration);
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace(
            "\"final_norm.variance\": { \"min\": 0.1, \"max\": 10", "\"final_norm.variance\": { \"min\": 0.1, \"max\": 4e9", StringComparison.Ordinal));
        Refuses<InvalidDataException>("'final_norm.variance' ranges over a factor of 39603960396", Settings);
        File.WriteAllText(path, text.Replace("\"final_norm.variance\"", "\"final\"", StringComparison.Ordinal));
        Refuses<InvalidDataException>("no range for 'final_norm.variance'", Settings);
    }

    [Test]
    public void Tensors_that_are_missing_are_refused()
    {
        WriteFirst();
        var path = Path.Combine(_folder, CheckpointFiles.Configuration);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"layers\": 1", "\"layers\": 2", StringComparison.Ordinal));
        var calibration = Path.Combine(_folder, CheckpointFiles.Calibration);
        File.WriteAllText(calibration, File.ReadAllText(calibration).Replace(
            "\"layer0.attention_norm.variance\"",
            "\"layer1.attention_norm.variance\": { \"min\": 1, \"max\": 2 }, \"layer1.feed_forward_norm.variance\": { \"min\": 1, \"max\": 2 }, \"layer0.attention_norm.variance\"",
            StringComparison.Ordinal));
        Refuses<InvalidDataException>("tensor 'layers.1.attention_norm.weight' is missing", Settings);
    }

    /// <summary>Widths that do not divide into the blocks, other sequences, too few blocks.</summary>
    [TestCase(16, 16, 16, "hidden 24 is no multiple of 16 blocks")]
    [TestCase(32, 16, 4, "the model's sequences have 16 tokens")]
    [TestCase(16, 16, 2, "2x12 do not fit")]
    public void Grids_that_do_not_fit_are_refused(int tokens, int examples, int blocks, string message)
    {
        WriteFirst();
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest);
        Assert.That(() => model.Graph(new SlotGrid(tokens, examples, blocks)), Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void Heads_that_are_too_wide_are_refused()
    {
        WriteFirst();
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()) with { HeadHidden = 129 }, Deepest);
        Assert.That(
            () => model.Graph(Models[0].Grid),
            Throws.ArgumentException.With.Message.StartsWith(
                "129 hidden units by a bottleneck of 8 outputs do not fit in one vector of 16 tokens x 16 examples x 4 blocks"));
    }

    [Test]
    public void Batches_of_other_sizes_are_refused()
    {
        WriteFirst();
        var model = CheckpointModel.Load(_folder, Settings, FineTuningShape.Of(Configuration()), Deepest);
        var training = model.Graph(Models[0].Grid);
        var example = new PackedExample(new float[16 * 24], new int[16], 1);
        Assert.That(() => BatchInputs.Of(model, training, []), Throws.ArgumentException);
        Assert.That(() => BatchInputs.Of(model, training, [.. Enumerable.Repeat(example, 17)]), Throws.ArgumentException);
        Assert.That(() => BatchInputs.Of(model, training, [example with { Mask = new int[15] }]), Throws.ArgumentException);
    }

    private static Dictionary<string, double[][]> Run(CheckpointModel model, TrainingGraph training, ReferenceModel reference, SlotGrid grid)
    {
        var size = grid.Tokens * model.Shape.Hidden;
        var examples = Enumerable.Range(0, reference.Data.Lengths.Length).Select(i => new PackedExample(
            [.. reference.Data.Embedding.Skip(i * size).Take(size).Select(value => (float)value)],
            [.. Enumerable.Range(0, grid.Tokens).Select(token => token < reference.Data.Lengths[i] ? 1 : 0)], reference.Data.Labels[i])).ToArray();
        var trained = reference.Trained.ToDictionary(pair => pair.Key, pair => pair.Value.Values);
        var slots = BatchInputs.Pack(training, BatchInputs.Of(model, training, examples), trained);
        var backend = new ClearGroups(grid.SlotCount, refreshedLevel: 0) { ChecksLevels = false };
        var inputs = slots.ToDictionary(input => input.Key, input => input.Value.Select(values => backend.Load(values)).ToArray());
        var outputs = ProgramRun.Execute(training.Graph.Lower().Program, backend, inputs, model.Constants(1, 0.01));
        var read = outputs.ToDictionary(output => output.Key, output => output.Value.Select(ClearGroups.Read).ToArray());
        foreach (var vector in inputs.Values.Concat(outputs.Values).SelectMany(vectors => vectors))
            vector.Dispose();
        return read;
    }

    private BertConfiguration Configuration() => BertConfiguration.Read(Path.Combine(_folder, CheckpointFiles.Configuration));

    private void WriteFirst()
    {
        var (shape, grid) = (Models[0].Shape with { HasNormVectors = true }, Models[0].Grid);
        CheckpointFolder.Write(_folder, new ReferenceModel(shape, grid, seed: 1), shape, grid.Tokens);
    }

    private void Refuses<TException>(string message, FineTuningSettings settings)
        where TException : Exception =>
        Assert.That(
            () => CheckpointModel.Load(_folder, settings, FineTuningShape.Of(Configuration()), Deepest),
            Throws.TypeOf<TException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));

    private static double RelativeError(double[] found, double[] expected)
    {
        Assert.That(found, Has.Length.EqualTo(expected.Length));
        return Math.Sqrt(found.Zip(expected, (x, y) => (x - y) * (x - y)).Sum() / expected.Sum(y => y * y));
    }
}
