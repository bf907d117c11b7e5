namespace Crammed.Cli.Settings;

/// <summary>The fine-tuning tasks: two made from WordNet, six of GLUE.</summary>
public enum TaskName
{
    /// <summary>Whether a gloss describes a living thing.</summary>
    WordnetLiving,

    /// <summary>Whether the second of two glosses is a more general word's.</summary>
    WordnetHypernym,

    /// <summary>Linguistic acceptability.</summary>
    Cola,

    /// <summary>Paraphrases in news.</summary>
    Mrpc,

    /// <summary>Whether a sentence answers a question.</summary>
    Qnli,

    /// <summary>Textual entailment.</summary>
    Rte,

    /// <summary>Sentiment of film reviews.</summary>
    Sst2,

    /// <summary>Similarity of sentences, a regression.</summary>
    Stsb,
}
