using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Base of the optimizers written in managed code.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    public OptimizerHelper()
    {
    }

    /// <summary>Writes options and state to a file.</summary>
    public void save_state_dict(string location) => BinaryFormat.WriteFile(location, save_state_dict);

    /// <summary>Writes options and state.</summary>
    public void save_state_dict(BinaryWriter writer)
    {
        writer.Write(GetType().Name);
        writer.Write7BitEncodedInt64(_parameter_groups.Count);
        writer.Write7BitEncodedInt64(States().Count());
        foreach (var group in _parameter_groups)
            group.Options.SaveStateDict(writer);
        foreach (var state in States())
            state.SaveStateDict(writer);
    }

    /// <inheritdoc cref="load_state_dict(BinaryReader)"/>
    public void load_state_dict(string location)
    {
        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    /// <summary>Reads options and state that an optimizer for the same groups of parameters wrote.</summary>
    /// <exception cref="InvalidDataException">The stream is of another optimizer or malformed.</exception>
    /// <exception cref="ArgumentException">The stream does not fit these parameters.</exception>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        var name = reader.ReadString();
        if (name != GetType().Name)
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{name}'.");
        Require("parameter groups", reader, _parameter_groups.Count);
        Require("states", reader, States().Count());
        foreach (var group in _parameter_groups)
            group.Options.LoadStateDict(reader);
        foreach (var state in States())
            state.LoadStateDict(reader);
    }

    /// <summary>The parameters' states, in the order of the groups.</summary>
    internal virtual IEnumerable<OptimizerState> States() => [];

    /// <summary>Runs the closure, then the body for every group, unrecorded and in a scope of its own.</summary>
    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
            using (enable_grad())
                loss = loss_closure();
        using (no_grad())
        using (NewDisposeScope())
            foreach (var group in _parameter_groups)
                body((T)group);
        return loss;
    }

    private static void Require(string field, BinaryReader reader, int expected)
    {
        var found = BinaryFormat.ReadNumber(reader, $"number of {field}", int.MaxValue);
        if (found != expected)
            throw new ArgumentException($"Invalid optimizer state: expected {expected} {field}, found {found}.");
    }
}
