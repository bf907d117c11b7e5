namespace Crammed.Trainer;

/// <summary>A run was asked to end and can go on later; the message says from where.</summary>
internal sealed class RunInterruptedException(string message) : Exception(message);
