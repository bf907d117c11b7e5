namespace Crammed.Approximation;

/// <summary>How an error is counted: |approximation - truth|, or that divided by |truth|.</summary>
public enum ErrorKind
{
    Absolute,
    Relative,
}
