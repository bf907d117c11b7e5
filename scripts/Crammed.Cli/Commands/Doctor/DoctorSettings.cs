using System.ComponentModel;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>What <c>crammed doctor</c> reads: cfg_doctor.yaml.</summary>
internal sealed record DoctorSettings
{
    [Description("data that the demo needs")]
    public required DoctorDataSettings Data { get; init; }
}
