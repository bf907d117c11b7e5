using System.Runtime.ExceptionServices;

namespace Crammed.Ckks;

/// <summary>A parallel loop that fails as a plain one does: with the exception of a body, not with a collection of them.</summary>
internal static class ParallelLoop
{
    /// <exception cref="OperationCanceledException">the options' token was cancelled; bodies that had begun have ended</exception>
    public static void Run(int count, ParallelOptions options, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, options, body);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
