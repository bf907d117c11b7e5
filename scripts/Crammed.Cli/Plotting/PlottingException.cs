namespace Crammed.Cli.Plotting;

/// <summary>A plot could not be drawn, through no fault of the plot.</summary>
internal sealed class PlottingException(string message, Exception? innerException = null) : Exception(message, innerException);
