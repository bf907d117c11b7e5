namespace Crammed.Bert.Tests;

/// <summary>Reports on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
