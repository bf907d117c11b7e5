namespace Crammed.Cli.Settings;

/// <summary>How <c>crammed finetune</c> trains.</summary>
public enum FinetuneMode
{
    /// <summary>By a draw, on an exported task: adapters and head, as under encryption, step by step.</summary>
    Adapters,

    /// <summary>From a task's text: adapters and head.</summary>
    Lora,

    /// <summary>From a task's text: every weight.</summary>
    Full,
}
