using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Crammed.Cli.Tests.Hosting;

internal sealed record WorkSettings
{
    [Description("name of the run")]
    public required string Name { get; init; }

    [Description("how much")]
    public required WorkSize Size { get; init; }
}

internal sealed record WorkSize
{
    [Description("units of work"), Range(1, 100)]
    public required int Units { get; init; }
}
