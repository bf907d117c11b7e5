namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>What bootstraps under one plan cost and how precise they are.</summary>
/// <param name="Plan">what was evaluated</param>
/// <param name="Threads">threads of a bootstrap</param>
/// <param name="Preparation">keys and diagonals</param>
/// <param name="Times">each bootstrap, in order; the first one fills the pool of memory</param>
/// <param name="Precision">by kind of message</param>
/// <param name="Batch">many ciphertexts in one go; null if that was not measured</param>
/// <param name="HotTransformSeconds">one forward NTT of one limb of the same ring, see <see cref="Engine.HotTransform"/></param>
/// <param name="PeakBytes">peak resident memory of the process, which did nothing else</param>
public sealed record BootstrapMeasurement(
    BootstrapPlanFacts Plan, int Threads, BootstrapPreparation Preparation, IReadOnlyList<BootstrapTime> Times,
    IReadOnlyList<MessagePrecision> Precision, BatchTime? Batch, double HotTransformSeconds, long PeakBytes)
{
    /// <summary>The fastest bootstrap.</summary>
    public BootstrapTime Fastest => Times.MinBy(time => time.Seconds)!;

    /// <summary>Median seconds of all bootstraps but the first, or of the first if it is the only one.</summary>
    public double MedianSeconds
    {
        get
        {
            double[] seconds = [.. (Times.Count > 1 ? Times.Skip(1) : Times).Select(time => time.Seconds).Order()];
            return (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
        }
    }

    /// <summary>Microseconds of the fastest bootstrap for each slot and usable level.</summary>
    public double MicrosecondsPerSlotAndLevel => Fastest.Seconds * 1e6 / ((double)Plan.Slots * Plan.UsableLevels);

    /// <summary>The fastest bootstrap in hot NTTs of one limb.</summary>
    public double InTransforms => Fastest.Seconds / HotTransformSeconds;

    /// <summary>The largest root mean square of the errors in slots, over the kinds of messages.</summary>
    public double LargestRms => Precision.Max(message => message.Slots.Rms);

    /// <summary>The largest error of a slot's part, over the kinds of messages.</summary>
    public double LargestError => Precision.Max(message => message.Slots.Largest);
}

/// <summary>What reports say of a plan and its parameter set.</summary>
/// <param name="ParameterSet">name of the set</param>
/// <param name="LogN">log2 of the ring degree</param>
/// <param name="Log2QP">size of the largest modulus that carries keys</param>
/// <param name="IsInsecure">whether the set misses 128-bit security</param>
/// <param name="Security">what the set says of its security</param>
/// <param name="Slots">n, the period of the slots</param>
/// <param name="SlotCount">N/2</param>
/// <param name="UsableLevels">levels between two bootstraps</param>
/// <param name="LevelBits">log2 of the scale at the top working level</param>
/// <param name="Range">bound of real and imaginary parts</param>
/// <param name="Iterations">bootstraps of the message or of an error of it in one bootstrap</param>
/// <param name="EphemeralWeight">h, Hamming weight of the ephemeral secret</param>
/// <param name="LargestInteger">K: EvalMod holds for integers up to it in size</param>
/// <param name="MessageRatio">q_0 over the scale at which messages are raised</param>
/// <param name="Diagonals">of the factors of both transforms</param>
public sealed record BootstrapPlanFacts(
    string ParameterSet, int LogN, double Log2QP, bool IsInsecure, string Security, int Slots, int SlotCount, int UsableLevels,
    int LevelBits, double Range, int Iterations, int EphemeralWeight, int LargestInteger, double MessageRatio, int Diagonals)
{
    /// <summary>The largest integer that raising the modulus can add, see <see cref="Ckks.Evaluator.ModRaise"/>.</summary>
    public int RaisedIntegerBound => (EphemeralWeight + 1) / 2;
}

/// <summary>What is made once before the first bootstrap.</summary>
/// <param name="Keys">evaluation keys</param>
/// <param name="KeyBytes">of them in memory</param>
/// <param name="KeySeconds">time of their generation, on all processors</param>
/// <param name="DiagonalBytes">encoded diagonals in memory</param>
/// <param name="EncodingSeconds">time of encoding them</param>
public sealed record BootstrapPreparation(int Keys, long KeyBytes, double KeySeconds, long DiagonalBytes, double EncodingSeconds);

/// <summary>One bootstrap.</summary>
/// <param name="Message">kind of its message</param>
/// <param name="Seconds">from call to return</param>
/// <param name="Parts">in their order</param>
public sealed record BootstrapTime(BootstrapMessageKind Message, double Seconds, IReadOnlyList<BootstrapPartTime> Parts);

/// <summary>A part of a bootstrap.</summary>
/// <param name="Name">what it does</param>
/// <param name="Seconds">wall-clock time</param>
public sealed record BootstrapPartTime(string Name, double Seconds);

/// <summary>Ciphertexts bootstrapped in one go; the fastest of the repetitions.</summary>
/// <param name="Count">how many, two at least</param>
/// <param name="Seconds">for all of them</param>
/// <param name="SingleSeconds">for a batch of one</param>
/// <param name="PeakBytes">peak memory of the process, batch and all</param>
public sealed record BatchTime(int Count, double Seconds, double SingleSeconds, long PeakBytes)
{
    /// <summary>Seconds that one more ciphertext takes.</summary>
    public double MarginalSeconds => (Seconds - SingleSeconds) / (Count - 1);

    /// <summary>One more ciphertext as a share of the first.</summary>
    public double MarginalShare => MarginalSeconds / SingleSeconds;
}
