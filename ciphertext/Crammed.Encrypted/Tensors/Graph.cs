using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tensors;

/// <summary>
/// Operations in the order in which they were added, from inputs and parameters to outputs; the backward pass, the loss and the update are
/// operations like any other.
/// </summary>
/// <param name="grid">the slots that all layouts are of</param>
public sealed class Graph(SlotGrid grid)
{
    private readonly List<Tensor> _inputs = [];
    private readonly List<Tensor> _parameters = [];
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<string, Tensor> _outputs = [];
    private readonly HashSet<string> _names = [];
    private string _scope = "";

    public SlotGrid Grid => grid;

    /// <summary>Data and states that a run is given.</summary>
    public IReadOnlyList<Tensor> Inputs => _inputs;

    /// <summary>Trained tensors, which a run is given; they have gradients.</summary>
    public IReadOnlyList<Tensor> Parameters => _parameters;

    public IReadOnlyList<Operation> Operations => _operations;

    /// <summary>What a run gives back, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Outputs => _outputs;

    /// <summary>Names of tensors made until the result is disposed begin with this.</summary>
    public IDisposable Scope(string name) => new NameScope(this, Within(name));

    /// <summary>A tensor that a run is given and that has no gradient.</summary>
    public Tensor Input(string name, Layout layout) => Given(_inputs, name, layout, requiresGradient: false);

    /// <summary>A trained tensor.</summary>
    public Tensor Parameter(string name, Layout layout) => Given(_parameters, name, layout, requiresGradient: true);

    /// <summary>Names a tensor that a run gives back.</summary>
    public void Output(string name, Tensor tensor) => _outputs.Add(name, tensor);

    /// <summary>Adds an operation and makes its results.</summary>
    /// <exception cref="ArgumentException">an operand is of another graph</exception>
    public IReadOnlyList<Tensor> Add(Operation operation)
    {
        if (operation.Operands.FirstOrDefault(operand => operand.Graph != this) is { } foreign)
            throw new ArgumentException($"{operation.Name}: {foreign.Name} is a tensor of another graph", nameof(operation));
        var requiresGradient = operation.Operands.Any(operand => operand.RequiresGradient);
        operation.Path = Unique(operation.Name);
        operation.Results =
        [
            .. operation.ResultLayouts.Select(result => new Tensor(
                this, result.Name.Length == 0 ? operation.Path : $"{operation.Path}.{result.Name}", result.Layout, operation, requiresGradient)),
        ];
        _operations.Add(operation);
        return operation.Results;
    }

    /// <summary>Adds an operation of one result.</summary>
    public Tensor AddSingle(Operation operation) => Add(operation).Single();

    /// <summary>The sum of tensors of one layout.</summary>
    public Tensor Add(string name, params Tensor[] terms) => terms.Length == 1 ? terms[0] : AddSingle(new Addition(name, terms));

    /// <summary>
    /// Adds the backward pass: from gradients of some tensors to those of the parameters that reach them. Where a tensor is used more than
    /// once its gradients are added.
    /// </summary>
    /// <param name="seeds">tensors and their gradients, of their layout, or that unsummed</param>
    public IReadOnlyDictionary<Tensor, Tensor> Differentiate(params (Tensor Tensor, Tensor Gradient)[] seeds)
    {
        var parts = new Dictionary<Tensor, List<Tensor>>();
        foreach (var (tensor, gradient) in seeds)
            Contribute(tensor, gradient);
        foreach (var operation in _operations.AsEnumerable().Reverse().ToArray())
        {
            var gradients = operation.Results.Select(Summed).ToArray();
            if (!operation.Operands.Any(operand => operand.RequiresGradient) || gradients.All(gradient => gradient is null))
                continue;
            using var scope = new NameScope(this, $"{operation.Path}.backward");
            foreach (var (operand, gradient) in operation.Operands.Zip(operation.Gradients(this, gradients)))
            {
                if (gradient is not null && operand.RequiresGradient)
                    Contribute(operand, gradient);
            }
        }
        return _parameters.Where(parts.ContainsKey).ToDictionary(parameter => parameter, parameter => Summed(parameter)!);

        void Contribute(Tensor tensor, Tensor gradient)
        {
            if ((gradient.Layout with { Unsummed = false }) != tensor.Layout)
                throw new ArgumentException($"the gradient of {tensor.Name} lies as {gradient.Layout}, it itself as {tensor.Layout}");
            if (!parts.TryGetValue(tensor, out var list))
                parts.Add(tensor, list = []);
            list.Add(gradient);
        }

        Tensor? Summed(Tensor tensor)
        {
            if (!parts.TryGetValue(tensor, out var list))
                return null;
            var sum = Add("gradient_sum", [.. list]);
            parts[tensor] = [sum];
            return sum;
        }
    }

    /// <summary>The program of all operations: group by group, before levels and refreshes.</summary>
    public (EncryptedProgram Program, IReadOnlyDictionary<Tensor, Value> Values) Lower()
    {
        var program = new ProgramBuilder(grid);
        var values = _inputs.Concat(_parameters).ToDictionary(tensor => tensor, tensor => program.Input(tensor.Name, AxesOf(tensor.Layout)));
        foreach (var operation in _operations)
        {
            using var scope = program.Scope(operation.Path);
            var results = operation.Lower(program, [.. operation.Operands.Select(operand => values[operand])]);
            foreach (var (tensor, value) in operation.Results.Zip(results))
            {
                if (!value.Axes.Equals([.. AxesOf(tensor.Layout)]))
                    throw new InvalidOperationException($"{operation.GetType().Name} makes {value} of {tensor}");
                values.Add(tensor, value);
            }
        }
        foreach (var (name, tensor) in _outputs)
            program.Output(name, values[tensor]);
        return (program.Build(), values);
    }

    private static Axis[] AxesOf(Layout layout) => [.. layout.Across.Select(axis => new Axis(axis.Name, axis.Size))];

    private Tensor Given(List<Tensor> list, string name, Layout layout, bool requiresGradient)
    {
        var tensor = new Tensor(this, Unique(name), layout, source: null, requiresGradient);
        list.Add(tensor);
        return tensor;
    }

    private string Within(string name) => _scope.Length == 0 ? name : $"{_scope}.{name}";

    private string Unique(string name)
    {
        var full = Within(name);
        for (var (candidate, i) = (full, 2); ; candidate = $"{full}_{i++}")
        {
            if (_names.Add(candidate))
                return candidate;
        }
    }

    /// <summary>Names what is made until it is disposed.</summary>
    private sealed class NameScope : IDisposable
    {
        private readonly Graph _graph;
        private readonly string _before;

        public NameScope(Graph graph, string path)
        {
            _graph = graph;
            _before = graph._scope;
            graph._scope = path;
        }

        public void Dispose() => _graph._scope = _before;
    }
}
