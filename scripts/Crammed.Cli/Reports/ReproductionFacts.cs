namespace Crammed.Cli.Reports;

/// <summary>How to run it again.</summary>
/// <param name="Command">The command line.</param>
/// <param name="PretrainingSeed">Seed of pretraining.</param>
/// <param name="FineTuningSeed">Seed of the draw.</param>
/// <param name="Version">The source's version; null where it is not known.</param>
/// <param name="Machine">Where it ran.</param>
internal sealed record ReproductionFacts(string Command, long PretrainingSeed, long FineTuningSeed, string? Version, MachineFacts Machine);
