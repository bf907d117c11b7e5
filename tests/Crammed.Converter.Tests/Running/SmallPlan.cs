using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Crammed.Approximation;
using Crammed.Ckks;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Model;

namespace Crammed.Converter.Tests.Running;

/// <summary>
/// A plan of a few instructions that has all that plans have: bootstraps, stored groups, rotations, polynomials, scalars, parameters and
/// moments that go round. A step of it takes a second or two over N = 2^12.
/// </summary>
internal static class SmallPlan
{
    public const string ParameterSet = "insecure-N12-bootstrapping";
    public const int Steps = 2;

    private const int Features = 4, Wide = 8;

    public static readonly SlotGrid Grid = new(16, 16, 8);

    private static readonly Axis Feature = new("feature", Features);
    private static readonly Axis Copy = new("copy", Wide);

    /// <summary>An odd function of slope below one: values stay in [-1, 1].</summary>
    private static readonly ChebyshevPolynomial Squash =
        ChebyshevFit.Interpolate(z => Math.Sin(1.2 * z) / 1.2, new Interval(-1, 1), 15);

    /// <summary>Writes the plan.</summary>
    /// <param name="folder">new</param>
    /// <param name="rate">of the steps; plans of other rates are other plans</param>
    public static PlanFolder Write(string folder, double rate = 0.125)
    {
        var parameters = CkksParameters.Create(NamedParameters.Find(ParameterSet));
        var costs = new ParameterCosts(CostTableText.Include("avx2"), parameters);
        var (training, evaluation) = (Planned(Build(isTraining: true), costs), Planned(Build(isTraining: false), costs));
        Directory.CreateDirectory(folder);
        PlanFolder.Write(
            folder,
            (weights, first, second) => new PlanManifest
            {
                ParameterSet = ParameterSet,
                Security = parameters.SecurityDescription,
                ModelSha256 = new string('0', 64),
                WeightsSha256 = weights,
                Training = first,
                Evaluation = second,
                Settings = new FineTuningSettings { Steps = Steps, BatchSize = Grid.Examples },
                Shape = new FineTuningShape(1, Features, Grid.Tokens, 1, 1, 2),
                Scalars = new Dictionary<string, IReadOnlyList<double>> { ["rate"] = [.. Enumerable.Repeat(rate, Steps)] },
                PredictedSeconds = 1,
                PredictedBytes = 1L << 28,
                TrainingMemory = new RunMemory(UniformHalf.Expanded, 64L << 20, DiagonalStorage.Coefficients, 1L << 24, 2L << 30, 0),
            },
            training, evaluation, new Dictionary<string, FrozenWeights>(), new Dictionary<string, float[]>());
        return PlanFolder.Open(folder);
    }

    /// <summary>Slots of a container in [-1/2, 1/2].</summary>
    public static ContainerSlots Slots(int seed) => new(
        () => new Dictionary<string, double[][]> { ["weights"] = Random(seed), ["momentum"] = Zeros() },
        step => new Dictionary<string, double[][]> { ["data"] = Random(seed + 1 + step) }, [Grid.Examples, 3],
        batch => new Dictionary<string, double[][]> { ["data"] = Random(seed + 100 + batch) });

    private static double[][] Random(int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, Features)
                .Select(_ => Enumerable.Range(0, Grid.SlotCount).Select(_ => random.NextDouble() - 0.5).ToArray()),
        ];
    }

    private static double[][] Zeros() => [.. Enumerable.Range(0, Features).Select(_ => new double[Grid.SlotCount])];

    private static EncryptedProgram Build(bool isTraining)
    {
        var builder = new ProgramBuilder(Grid);
        var data = builder.Input("data", Feature);
        var weights = builder.Input("weights", Feature);
        Value wide, hidden;
        using (builder.Scope("layers.0"))
        {
            var products = builder.Products("products", [], ProgramBuilder.Product(data, weights, Feature));
            hidden = builder.Polynomial("hidden", products, "squash", Squash);
            var turned = builder.Rotate("turned", [Copy], hidden, (AxisIndex)Copy * 8 + 1);
            wide = builder.Polynomial("wide", turned, "squash", Squash);
        }
        using (builder.Scope("layers.1"))
        {
            for (var i = 0; i < 3; i++)
            {
                var many = builder.Rotate("many", [Copy], hidden, (AxisIndex)Copy * 16);
                var squashed = builder.Polynomial("squashed", many, "squash", Squash);
                hidden = builder.Masked(
                    "mean", [], ProgramBuilder.Mask(new Operand(squashed, [(AxisIndex)Copy]), 1.0 / Wide, Copy));
            }
        }
        using (builder.Scope("head"))
        {
            var squares = builder.Products(
                "squares", [], ProgramBuilder.Product(new Operand(wide, [(AxisIndex)Copy]), new Operand(wide, [(AxisIndex)Copy]), Copy));
            hidden = builder.Products("logits", [], ProgramBuilder.Product(hidden, squares));
        }
        builder.Output(PlanFolder.Logits, hidden);
        if (isTraining)
            Update(builder, data, weights, hidden);
        return builder.Build();
    }

    private static void Update(ProgramBuilder builder, Value data, Value weights, Value hidden)
    {
        var momentum = builder.Input("momentum", Feature);
        using var scope = builder.Scope("weights.update");
        var gradient = builder.Products("gradient", [Feature], ProgramBuilder.Product(data, hidden));
        var moved = builder.Masked(
            "momentum", [Feature], ProgramBuilder.Mask(momentum, 0.5), ProgramBuilder.Mask(gradient, 0.5));
        var step = builder.Masked("step", [Feature], ProgramBuilder.Mask(moved, SlotMask.Of("rate")));
        builder.Output("momentum", moved);
        builder.Output("weights", builder.Sum("weights", [Feature], ProgramBuilder.Term(weights), ProgramBuilder.Term(step, -1)));
    }

    private static EncryptedProgram Planned(EncryptedProgram program, ParameterCosts costs)
    {
        // Sums of eight squares are the largest values.
        var bounds = program.Inputs.Concat(program.Instructions.SelectMany(instruction => instruction.Results))
            .ToDictionary(value => value.Name, _ => 8.0);
        var given = program.Inputs.Select(input => input.Name).ToHashSet();
        var states = program.Outputs.Keys.Where(given.Contains).ToDictionary(name => name, _ => costs.RefreshedLevel);
        return WithStoredGroups(ProgramPlan.Create(
            program, costs, new LocalSearchPlacement(2000), new PlanOptions(bounds, OutputLevels: states)).Program);
    }

    /// <summary>
    /// Groups that live across the first refresh are stored before it and loaded behind it. The planner would not, since a small program's
    /// refresh takes more memory than all its groups.
    /// </summary>
    private static EncryptedProgram WithStoredGroups(EncryptedProgram program)
    {
        string[] lines = [.. ProgramWriter.Write(program).Split('\n')[..^2]];
        var refresh = Array.FindIndex(lines, line => line.Contains(" = refresh ", StringComparison.Ordinal));
        var first = lines.Length - program.Instructions.Count;
        string[] made =
            [.. program.Instructions.Take(refresh - first).SelectMany(instruction => instruction.Results).Select(value => value.Name)];
        string[] across =
        [
            .. made.Where(name => !Reads(lines[refresh], name) && !lines[first..refresh].Contains($"free {name}")
                && lines[(refresh + 1)..].Any(line => Reads(line, name) && !line.StartsWith("free", StringComparison.Ordinal))),
        ];
        List<string> changed = [.. lines[..refresh]];
        changed.AddRange(across.Select(name => $"store {name}"));
        changed.Add(lines[refresh]);
        changed.AddRange(across.Select(name => $"{Axes(name)} = load {name}"));
        changed.AddRange(lines[(refresh + 1)..]
            .Select(line => across.Aggregate(line, (text, name) => Name(name).Replace(text, $"{name}.loaded"))));
        changed[first - 1] = $"instructions {changed.Count - first}";
        var body = string.Concat(changed.Select(line => $"{line}\n"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        return ProgramReader.Read($"{body}{HashWord(program)} {hash}\n", "stored groups");

        string Axes(string name) => program.Instructions.SelectMany(instruction => instruction.Results)
            .First(value => value.Name == name).ToString().Replace(name, $"{name}.loaded", StringComparison.Ordinal);

        static bool Reads(string line, string name) => Name(name).IsMatch(line);

        static Regex Name(string name) => new($@"(?<![\w.-]){Regex.Escape(name)}(?![\w.-])");
    }

    /// <summary>What the last line of a program's text begins with.</summary>
    private static string HashWord(EncryptedProgram program) => ProgramWriter.Write(program).Split('\n')[^2].Split(' ')[0];
}
