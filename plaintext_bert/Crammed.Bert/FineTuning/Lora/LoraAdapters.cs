using TorchSharp;

namespace Crammed.Bert;

/// <summary>
/// The adapters of a model. They leave the model's modules alone: a forward pass that is given them adds what they say, unless they are
/// disabled, or merged into the model's weights.
/// </summary>
public sealed class LoraAdapters : ILinearAdapters, IDisposable
{
    private readonly BertModel _model;
    private readonly SortedDictionary<string, (torch.Tensor A, torch.Tensor B)> _adapters = new(StringComparer.Ordinal);
    private Dictionary<string, torch.Tensor>? _unmerged;

    /// <summary>
    /// Fresh adapters: A uniform in [-1/sqrt(in), 1/sqrt(in)] (Kaiming uniform with a = sqrt(5), PEFT's default), B zero, so that the model
    /// computes what it did before.
    /// </summary>
    /// <param name="model">The model that they are for; not disposed with them.</param>
    /// <param name="configuration">Validated here.</param>
    /// <param name="seed">Fixes A.</param>
    /// <exception cref="ArgumentException">
    /// A value out of its range, a target that no module has, or biases asked for where the targets have none.
    /// </exception>
    public LoraAdapters(BertModel model, LoraConfiguration configuration, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        _model = model;
        Configuration = configuration;
        var modules = LinearModules(model);
        if (configuration.TargetModules.FirstOrDefault(target => !modules.Keys.Any(module => LoraConfiguration.IsNamed(target, module)))
            is { } unknown)
        {
            throw new ArgumentException(
                $"target_modules has '{unknown}', which no linear layer is called; there are "
                + string.Join(", ", modules.Keys.Select(LoraConfiguration.EndOf).Distinct()));
        }

        using var scope = torch.NewDisposeScope();
        var index = 0;
        foreach (var (module, weight) in modules.Where(module => configuration.Targets(module.Key)))
        {
            long inputs = weight.shape[1], outputs = weight.shape[0];
            var values = new SeededRandom(seed, "lora", index++).Uniform(configuration.Rank * inputs, 1 / Math.Sqrt(inputs));
            _adapters[module] = (
                torch.tensor(values, [configuration.Rank, inputs], dtype: model.ScalarType).DetachFromDisposeScope(),
                torch.zeros([outputs, configuration.Rank], model.ScalarType).DetachFromDisposeScope());
        }

        if (configuration.Bias == LoraBias.LoraOnly && !BiasNames().Any())
            throw new ArgumentException("bias is lora_only, but the linear layers with adapters have no biases; take none or all");
    }

    /// <summary>The adapters of a draw, or of a run of one, on query, key and value.</summary>
    /// <param name="model">The model that they are for; not disposed with them.</param>
    /// <param name="weights">Holds adapters for it, as [in, rank] and [rank, out].</param>
    public LoraAdapters(BertModel model, TrainedWeights weights)
        : this(model, new LoraConfiguration { Rank = weights.Settings.Rank, Alpha = weights.Settings.Alpha, Dropout = 0 }, seed: 0)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, tensor) in InDrawForm())
            tensor.copy_(torch.tensor(weights.Values[name], tensor.shape));
    }

    /// <summary>Rank, targets and the rest.</summary>
    public LoraConfiguration Configuration { get; }

    /// <summary>Whether forward passes add what the adapters say; true at first.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether the model's weights contain the adapters now.</summary>
    public bool IsMerged => _unmerged is not null;

    /// <summary>The modules with adapters, in the order of their names.</summary>
    public IEnumerable<string> Modules => _adapters.Keys;

    /// <summary>A [rank, in] and B [out, rank] of a module.</summary>
    /// <exception cref="KeyNotFoundException">It has no adapter.</exception>
    public (torch.Tensor A, torch.Tensor B) this[string module] => _adapters[module];

    /// <inheritdoc/>
    torch.Tensor? ILinearAdapters.Delta(string module, torch.Tensor x) => Delta(module, x, dropout: 0, masks: null);

    /// <summary>factor (mask .* (x A^T)) B^T for x [batch, tokens, in] and a mask [batch, tokens or more, rank].</summary>
    internal static torch.Tensor Delta(torch.Tensor x, torch.Tensor a, torch.Tensor b, double factor, torch.Tensor? mask)
    {
        var low = torch.matmul(x, a.t());
        if (mask is not null)
            low = low * mask.narrow(1, 0, x.shape[1]);
        return torch.matmul(low, b.t()) * factor;
    }

    /// <summary>
    /// The adapters in training. Masks act on the rank-r side, not on x, so that under encryption the norm folds into A; without masks
    /// values of x are dropped at random, as PEFT and Rho et al. do.
    /// </summary>
    /// <param name="masks">[batch, sequence, rank] by module, already divided by 1 - p; null: none are given.</param>
    internal ILinearAdapters WithDropout(IReadOnlyDictionary<string, torch.Tensor>? masks) => new InTraining(this, masks);

    private torch.Tensor? Delta(string module, torch.Tensor x, double dropout, IReadOnlyDictionary<string, torch.Tensor>? masks)
    {
        if (!Enabled || IsMerged || !_adapters.TryGetValue(module, out var adapter))
            return null;
        var input = dropout > 0 ? torch.nn.functional.dropout(x, dropout) : x;
        return Delta(input, adapter.A, adapter.B, Configuration.Scaling, masks?[module]);
    }

    /// <summary>Adds each adapter to its weight, W + (alpha / rank) B A; forward passes then cost what they did without.</summary>
    /// <exception cref="InvalidOperationException">Merged already.</exception>
    public void Merge()
    {
        if (IsMerged)
            throw new InvalidOperationException("the adapters are merged already");
        using var noGradient = torch.no_grad();
        var weights = LinearModules(_model);
        _unmerged = [];
        foreach (var (module, adapter) in _adapters)
        {
            _unmerged[module] = weights[module].detach().clone().DetachFromDisposeScope();
            using var product = torch.matmul(adapter.B, adapter.A);
            weights[module].add_(product, Configuration.Scaling);
        }
    }

    /// <summary>Gives the model the very weights back that it had before <see cref="Merge"/>, bit by bit.</summary>
    /// <exception cref="InvalidOperationException">Not merged.</exception>
    public void Unmerge()
    {
        if (_unmerged is null)
            throw new InvalidOperationException("the adapters are not merged");
        using var noGradient = torch.no_grad();
        var weights = LinearModules(_model);
        foreach (var (module, weight) in _unmerged)
            weights[module].copy_(weight);
        ForgetUnmerged();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (a, b) in _adapters.Values)
        {
            a.Dispose();
            b.Dispose();
        }

        ForgetUnmerged();
    }

    /// <summary>What training changes: the adapters, and the model's biases that the configuration names.</summary>
    internal IEnumerable<(string Name, torch.Tensor Value)> Trained() => _adapters
        .SelectMany(adapter => new[]
        {
            ($"{adapter.Key}.{LoraFiles.A}", adapter.Value.A),
            ($"{adapter.Key}.{LoraFiles.B}", adapter.Value.B),
        })
        .Concat(Biases().Select(bias => (bias.Key, bias.Value)));

    /// <summary>The tensors by the names of a draw, as views of its shapes [in, rank] and [rank, out].</summary>
    /// <exception cref="KeyNotFoundException">There are other adapters than on query, key and value of every layer.</exception>
    internal IEnumerable<(string Name, torch.Tensor Value)> InDrawForm() => FineTuningShape.Of(_model.Configuration).Adapters()
        .SelectMany(place => new[]
        {
            (TrainedTensorNames.NameA(place.Layer, place.Projection), _adapters[ModuleOf(place.Layer, place.Projection)].A.t()),
            (TrainedTensorNames.NameB(place.Layer, place.Projection), _adapters[ModuleOf(place.Layer, place.Projection)].B.t()),
        });

    /// <summary>The module that a draw's adapter is on.</summary>
    internal static string ModuleOf(int layer, string projection) => $"layers.{layer}.attention.{projection}";

    /// <summary>The model's biases that are trained, by name.</summary>
    internal IReadOnlyDictionary<string, torch.Tensor> Biases()
    {
        var names = BiasNames().ToHashSet(StringComparer.Ordinal);
        return _model.named_parameters().Where(parameter => names.Contains(parameter.Item1))
            .ToDictionary(parameter => parameter.Item1, parameter => (torch.Tensor)parameter.Item2, StringComparer.Ordinal);
    }

    private IEnumerable<string> BiasNames() => _model.named_parameters().Select(parameter => parameter.Item1)
        .Where(name => name.EndsWith(".bias", StringComparison.Ordinal) && Configuration.Bias switch
        {
            LoraBias.All => true,
            LoraBias.LoraOnly => _adapters.ContainsKey(name[..^".bias".Length]),
            _ => false,
        });

    private void ForgetUnmerged()
    {
        foreach (var weight in _unmerged?.Values ?? Enumerable.Empty<torch.Tensor>())
            weight.Dispose();
        _unmerged = null;
    }

    /// <summary>Weights [out, in] of the encoder's linear layers by module name.</summary>
    internal static SortedDictionary<string, torch.Tensor> LinearModules(BertModel model)
    {
        const string ending = ".weight";
        var modules = new SortedDictionary<string, torch.Tensor>(StringComparer.Ordinal);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (name.StartsWith("layers.", StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal)
                && parameter.shape.Length == 2)
            {
                modules[name[..^ending.Length]] = parameter;
            }
        }

        return modules;
    }

    private sealed class InTraining(LoraAdapters adapters, IReadOnlyDictionary<string, torch.Tensor>? masks) : ILinearAdapters
    {
        public torch.Tensor? Delta(string module, torch.Tensor x) =>
            adapters.Delta(module, x, masks is null ? adapters.Configuration.Dropout : 0, masks);
    }
}
