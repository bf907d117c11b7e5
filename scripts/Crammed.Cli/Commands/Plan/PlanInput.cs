using System.Numerics;
using Crammed.Ckks;
using Crammed.Cli.Configuration;
using Crammed.Cli.Settings;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Models;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;
using Crammed.Model;

namespace Crammed.Cli.Commands.Plan;

/// <summary>A program to plan, and what it is planned for.</summary>
/// <param name="ModelFolder">The checkpoint.</param>
/// <param name="Model">As loaded.</param>
/// <param name="Training">The graph of a step.</param>
/// <param name="Programs">The graph's programs, before levels.</param>
/// <param name="Draw">Hyperparameters and initial weights; where no draw was given one of a single step.</param>
/// <param name="Parameters">The ring.</param>
/// <param name="Costs">Of the machine under these parameters.</param>
/// <param name="Table">Where the costs come from.</param>
/// <param name="Method">By whom values are refreshed.</param>
internal sealed record PlanInput(
    string ModelFolder, CheckpointModel Model, TrainingGraph Training, ModelPrograms Programs, FineTuningDraw Draw,
    CkksParameters Parameters, ParameterCosts Costs, CostTable Table, RefreshMethod Method)
{
    /// <summary>Loads everything.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the model cannot be trained under encryption.</exception>
    /// <exception cref="ArgumentException">The model does not fit in the slots, or the parameter set cannot do what is asked.</exception>
    public static PlanInput Load(PlanRequest request)
    {
        var (encryption, draw) = (request.Encryption, request.Draw);
        var parameters = CkksParameters.Create(NamedParameters.Find(encryption.Parameters));
        var method = encryption.Refresh == RefreshPolicy.Bootstrap ? RefreshMethod.Bootstrap : RefreshMethod.Client;
        if (method == RefreshMethod.Bootstrap && parameters.Bootstrapping is null)
        {
            throw new ConfigurationException(
                $"'he.parameters' is {parameters.Name}, which has no levels for bootstrapping; choose a set that ends in -bootstrapping, "
                + "or he.refresh=client");
        }
        var table = PlanCosts.Load(request.CostFiles);
        var costs = new ParameterCosts(table, parameters);
        var model = CheckpointModel.Load(
            request.ModelFolder, draw.Settings, draw.Shape, costs.RefreshedLevel, request.Planning.RangeMargin,
            request.Planning.GaussianKernel, request.Planning.Rewrites);
        var training = model.Graph(
            Grid(parameters, model.SequenceLength, request.Planning.Batch, draw.Settings.BatchSize),
            request.Evaluation is null ? draw.Settings.BatchSize : null);
        return new PlanInput(
            request.ModelFolder, model, training, request.Evaluation is null ? ModelPrograms.Of(training) : ModelPrograms.ForEvaluation(training),
            draw, parameters, costs, table, method);
    }

    /// <summary>What a run of the program is called.</summary>
    public string Unit => Programs.IsEvaluationAlone ? "evaluation" : "training step";

    /// <summary>The program of a training step, before levels; that of an evaluation where nothing else is planned.</summary>
    public EncryptedProgram Program => Programs.Training;

    /// <summary>Examples that a step trains on.</summary>
    public int StepExamples => Draw.Settings.BatchSize;

    /// <summary>Levels of ciphertexts: what lies below a program's lowest one is the bootstrap's.</summary>
    public CkksLevels Levels(double? largestRange) => largestRange is { } range
        ? CkksLevels.ForBootstrapping(new BootstrappingPlan(Parameters, range: range))
        : new(Parameters, Costs.EntryLimbs - 1, Costs.EntryLimbs - 1 + Costs.RefreshedLevel);

    private static SlotGrid Grid(CkksParameters parameters, int tokens, int? asked, int stepExamples)
    {
        var examples = asked ?? (int)BitOperations.RoundUpToPowerOf2((uint)stepExamples);
        return (long)tokens * examples <= parameters.SlotCount
            ? new SlotGrid(tokens, examples, parameters.SlotCount / (tokens * examples))
            : throw new ConfigurationException(
                $"'batch' is {examples}: {tokens} tokens of {examples} examples are more than the {parameters.SlotCount} slots of "
                + $"{parameters.Name}; give a smaller batch or a larger parameter set");
    }
}
