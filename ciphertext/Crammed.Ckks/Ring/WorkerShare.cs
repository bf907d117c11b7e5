using System.Runtime.ExceptionServices;

namespace Crammed.Ckks.Ring;

/// <summary>
/// Threads that loops over limbs may borrow from the thread pool: at most a given number at once over all loops of one owner, so that
/// loops inside loops, or calls from several threads, do not fight for processors. A loop that finds none left runs on its caller alone.
/// Results never depend on who ran what: items of a loop write to places of their own.
/// </summary>
/// <param name="degree">threads a loop may use, its caller among them</param>
internal sealed class WorkerShare(int degree)
{
    private int _spare = degree - 1;

    /// <summary>Threads a loop may use at most.</summary>
    public int Degree => degree;

    /// <summary>Runs body(0) ... body(count - 1) in any order; rethrows the first exception after all running items have ended.</summary>
    public void For(int count, Action<int> body)
    {
        var helpers = Take(Math.Min(count, degree) - 1);
        if (helpers == 0)
        {
            for (var i = 0; i < count; i++)
                body(i);
            return;
        }
        try
        {
            new Loop(count, body).Run(helpers);
        }
        finally
        {
            Interlocked.Add(ref _spare, helpers);
        }
    }

    private int Take(int wanted)
    {
        while (wanted > 0)
        {
            var spare = Volatile.Read(ref _spare);
            var taken = Math.Min(spare, wanted);
            if (taken <= 0)
                return 0;
            if (Interlocked.CompareExchange(ref _spare, spare - taken, spare) == spare)
                return taken;
        }
        return 0;
    }

    /// <summary>One loop: whoever comes takes the next index; a pool thread that comes late finds none and leaves.</summary>
    private sealed class Loop(int count, Action<int> body) : IThreadPoolWorkItem
    {
        private ExceptionDispatchInfo? _failure;
        private int _next;
        private int _ended;

        public void Run(int helpers)
        {
            for (var i = 0; i < helpers; i++)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            Execute();
            // What is left is at most one item of each helper.
            var spin = default(SpinWait);
            while (Volatile.Read(ref _ended) < count)
                spin.SpinOnce(sleep1Threshold: -1);
            _failure?.Throw();
        }

        public void Execute()
        {
            for (var i = Interlocked.Increment(ref _next) - 1; i < count; i = Interlocked.Increment(ref _next) - 1)
            {
                try
                {
                    if (Volatile.Read(ref _failure) is null)
                        body(i);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
                }
                finally
                {
                    Interlocked.Increment(ref _ended);
                }
            }
        }
    }
}
