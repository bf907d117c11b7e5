using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Crammed.Ckks;

/// <summary>A parallel loop that fails as a plain one does: with the exception of a body, not with a collection of them.</summary>
internal static class ParallelLoop
{
    /// <exception cref="OperationCanceledException">the options' token was cancelled; bodies that had begun have ended</exception>
    public static void Run(int count, ParallelOptions options, Action<int> body) =>
        Unwrapped(() => Parallel.For(0, count, options, body));

    /// <summary>
    /// Begins with one item after another in their order, each as soon as a thread is free. With the longest work first, threads end almost
    /// together (Graham 1969: at most 4/3 of the best schedule's time); <see cref="Run"/> gives threads whole ranges.
    /// </summary>
    /// <exception cref="OperationCanceledException">the options' token was cancelled; bodies that had begun have ended</exception>
    public static void RunInOrder<T>(IEnumerable<T> items, ParallelOptions options, Action<T> body) =>
        Unwrapped(() => Parallel.ForEach(Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering), options, body));

    private static void Unwrapped(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
