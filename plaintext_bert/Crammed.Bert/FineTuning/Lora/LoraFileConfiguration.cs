namespace Crammed.Bert;

/// <summary>
/// What adapter_config.json says: the fields of PEFT's LoraConfig that mean something here. Others are ignored when read, since every
/// version of PEFT writes more.
/// </summary>
internal sealed record LoraFileConfiguration
{
    private const string Lora = "LORA";

    public required string PeftType { get; init; }

    public string? TaskType { get; init; }

    public string? BaseModelNameOrPath { get; init; }

    public required int R { get; init; }

    public required double LoraAlpha { get; init; }

    public double LoraDropout { get; init; }

    public required IReadOnlyList<string> TargetModules { get; init; }

    public LoraBias Bias { get; init; }

    public IReadOnlyList<string>? ModulesToSave { get; init; }

    public bool FanInFanOut { get; init; }

    public bool UseRslora { get; init; }

    public bool UseDora { get; init; }

    public bool InferenceMode { get; init; }

    public static LoraFileConfiguration Of(LoraConfiguration configuration, string baseModel) => new()
    {
        PeftType = Lora,
        TaskType = "SEQ_CLS",
        BaseModelNameOrPath = baseModel,
        R = configuration.Rank,
        LoraAlpha = configuration.Alpha,
        LoraDropout = configuration.Dropout,
        TargetModules = configuration.TargetModules,
        Bias = configuration.Bias,
        ModulesToSave = ["head"],
        InferenceMode = true,
    };

    /// <exception cref="InvalidDataException">A kind of adapter, or a way to scale or store it, that is not supported.</exception>
    public LoraConfiguration ToConfiguration(string path)
    {
        if (PeftType != Lora)
            throw new InvalidDataException($"{path}: peft_type is '{PeftType}'; only {Lora} adapters are read");
        var (field, isSet) = FanInFanOut ? ("fan_in_fan_out", true) : UseRslora ? ("use_rslora", true) : ("use_dora", UseDora);
        if (isSet)
            throw new InvalidDataException($"{path}: {field} is true, which is not supported; save the adapters without it");
        return new LoraConfiguration
        {
            Rank = R,
            Alpha = LoraAlpha,
            Dropout = LoraDropout,
            TargetModules = TargetModules,
            Bias = Bias,
        };
    }
}
