using System.ComponentModel;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>What <c>crammed doctor</c> reads: cfg_doctor.yaml.</summary>
internal sealed record DoctorSettings
{
    [Description("data that the demo needs")]
    public required DoctorDataSettings Data { get; init; }
}

/// <summary>The keys <c>data</c> of <see cref="DoctorSettings"/>.</summary>
internal sealed record DoctorDataSettings
{
    [Description("folder of the WordNet 3.0 database")]
    public required string Wordnet { get; init; }
}
