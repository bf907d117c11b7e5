using Spectre.Console;
using Spectre.Console.Rendering;

namespace Crammed.Cli.Progress;

/// <summary>A progress bar that redraws itself until it is disposed.</summary>
internal sealed class LiveBar : IDisposable
{
    private readonly TaskCompletionSource _finished;
    private readonly Task _display;
    private readonly ProgressTask _task;

    private LiveBar(Task display, ProgressTask task, TaskCompletionSource finished)
    {
        _display = display;
        _task = task;
        _finished = finished;
    }

    public static LiveBar Start(IAnsiConsole console, string title, long total, Func<string> status)
    {
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource<ProgressTask>(TaskCreationOptions.RunContinuationsAsynchronously);
        var display = console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new StatusColumn(status))
            .StartAsync(context =>
            {
                started.SetResult(context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1)));
                return finished.Task;
            });
        return new LiveBar(display, started.Task.GetAwaiter().GetResult(), finished);
    }

    public void Set(long done) => _task.Value = done;

    /// <summary>Draws the last state and stops.</summary>
    public void Dispose()
    {
        _finished.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    private sealed class StatusColumn(Func<string> status) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Spectre.Console.Text(status());
    }
}
