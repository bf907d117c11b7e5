using System.ComponentModel;

namespace Crammed.Cli.Commands.Doctor;

/// <summary>The keys <c>data</c> of <see cref="DoctorSettings"/>.</summary>
internal sealed record DoctorDataSettings
{
    [Description("folder of the WordNet 3.0 database")]
    public required string Wordnet { get; init; }
}
