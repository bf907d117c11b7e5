using System.Diagnostics;
using Crammed.Benchmarks.Engine;
using Crammed.Ckks;
using Crammed.Files;

namespace Crammed.Benchmarks.Bootstrapping;

/// <summary>Bootstraps ciphertexts of several kinds of messages and compares what comes back.</summary>
public static class BootstrapBenchmark
{
    /// <param name="configuration">what to measure</param>
    /// <param name="progress">told after each key and each bootstrap</param>
    /// <param name="cancellation">stops between keys and between bootstraps</param>
    /// <exception cref="ArgumentException">there is no such set, it cannot bootstrap, or slots are out of range</exception>
    /// <exception cref="OperationCanceledException">it was cancelled; no memory is held</exception>
    public static BootstrapMeasurement Run(
        BootstrapConfiguration configuration, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        var plan = configuration.CreatePlan();
        var hotTransform = HotTransform.Measure(plan.Parameters.LogN);
        using var session = new BootstrapSession(
            plan, configuration.Threads, configuration.Storage, progress, cancellation);
        var batches = configuration.Batch > 1 ? 1 : 0;
        var inBatches = batches * (configuration.Batch + configuration.Repetitions * (configuration.Batch + 1));
        var bootstraps = configuration.Repetitions * configuration.Messages.Count + inBatches;
        var counter = new Counter(bootstraps, progress, cancellation);
        var times = new List<BootstrapTime>();
        MessagePrecision[] precision =
            [.. configuration.Messages.Select(kind => Measure(session, kind, configuration.Repetitions, times, counter))];
        // A batch takes more memory than its ciphertexts one by one.
        var peak = PeakBytes();
        var batch = batches == 0 ? null : MeasureBatch(session, configuration, counter);
        // Whatever else the machine did, the shorter time is the better one.
        hotTransform = Math.Min(hotTransform, HotTransform.Measure(plan.Parameters.LogN));
        var threads = configuration.Threads == 0 ? Environment.ProcessorCount : configuration.Threads;
        return new BootstrapMeasurement(
            FactsOf(plan), threads, session.Preparation, times, precision, batch, hotTransform, peak);
    }

    /// <summary>What reports say of a plan.</summary>
    public static BootstrapPlanFacts FactsOf(BootstrappingPlan plan)
    {
        var parameters = plan.Parameters;
        return new BootstrapPlanFacts(
            parameters.Name, parameters.LogN, parameters.Log2QP, parameters.IsInsecure, parameters.SecurityDescription, plan.Slots,
            parameters.SlotCount, plan.UsableLevels, parameters.Literal.Log2Scale, plan.Range, plan.Iterations,
            parameters.Bootstrapping!.EphemeralWeight, plan.EvalMod.LargestInteger, plan.EvalMod.Ratio,
            BootstrapSession.DiagonalCount(plan));
    }

    /// <summary>
    /// A bootstrap's result depends on its operand alone, so that each repetition encrypts anew, and draws anew what is random.
    /// </summary>
    private static MessagePrecision Measure(
        BootstrapSession session, BootstrapMessageKind kind, int repetitions, List<BootstrapTime> times, Counter counter)
    {
        var facts = FactsOf(session.Plan);
        // Messages are no secrets; a fixed seed makes runs comparable.
        var random = new Random((int)kind);
        var errors = new MessageErrors(facts.SlotCount, facts.Range);
        for (var i = 0; i < repetitions; i++)
        {
            var message = BootstrapMessage.Create(kind, facts.Slots, facts.SlotCount, facts.Range, random);
            using var operand = session.Encrypt(message);
            (var result, var seconds, var parts) = session.Bootstrap(operand);
            using (result)
                errors.Add(session.Decrypt(result), message);
            times.Add(new BootstrapTime(kind, seconds, parts));
            counter.Add(1);
        }
        return errors.Summarize(kind);
    }

    private static BatchTime MeasureBatch(BootstrapSession session, BootstrapConfiguration configuration, Counter counter)
    {
        var facts = FactsOf(session.Plan);
        var message = BootstrapMessage.Create(
            BootstrapMessageKind.Uniform, facts.Slots, facts.SlotCount, facts.Range, new Random(0));
        var operands = new List<Ciphertext>();
        try
        {
            for (var i = 0; i < configuration.Batch; i++)
                operands.Add(session.Encrypt(message));
            // The pool of memory has to grow first.
            session.TimeBatch(operands);
            counter.Add(operands.Count);
            (var single, var all) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var i = 0; i < configuration.Repetitions; i++)
            {
                single = Math.Min(single, session.TimeBatch([operands[0]]));
                counter.Add(1);
                all = Math.Min(all, session.TimeBatch(operands));
                counter.Add(operands.Count);
            }
            return new BatchTime(operands.Count, all, single, PeakBytes());
        }
        finally
        {
            foreach (var operand in operands)
                operand.Dispose();
        }
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private sealed class Counter(int total, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        private int _done;

        public void Add(int bootstraps)
        {
            _done += bootstraps;
            progress.Report(new WorkProgress("bootstraps", _done, total, "bootstraps"));
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
