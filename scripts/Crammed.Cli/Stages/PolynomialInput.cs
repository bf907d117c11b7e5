using Crammed.Bert;

namespace Crammed.Cli.Stages;

/// <summary>What an evaluation by polynomials needs beside the model and the task.</summary>
/// <param name="CalibrationFile">Ranges that the polynomials' domains come from; null: those of the evaluated examples.</param>
/// <param name="Margin">Factor that the examples' ranges are widened by.</param>
/// <param name="MaxDepth">Levels that one polynomial may take.</param>
/// <param name="Twin">Noise, and what to do with values outside the domains.</param>
internal sealed record PolynomialInput(string? CalibrationFile, double Margin, int MaxDepth, TwinSettings Twin);
