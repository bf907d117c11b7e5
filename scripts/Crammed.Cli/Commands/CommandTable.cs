using Crammed.Cli.Commands.Doctor;
using Crammed.Cli.Hosting;

namespace Crammed.Cli.Commands;

/// <summary>The commands of the program, in the order of the help text.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandDefinition> All { get; } =
    [
        new CommandDefinition<DoctorSettings>
        {
            Name = "doctor",
            Summary = "Show what this machine has of what crammed needs.",
            ConfigurationRoot = "cfg_doctor",
            WritesOutput = false,
            CreateHandler = () => new DoctorCommand(new HostProbe()),
            Examples =
            [
                ("doctor", "check the SDK, the native packages, WordNet, the processor and the memory"),
                ("doctor data.wordnet=/opt/wordnet/dict", "the same with WordNet in another folder"),
            ],
        },
    ];
}
