using Crammed.Cli.Commands.Bench;
using Crammed.Cli.Commands.Configuration;
using Crammed.Cli.Commands.Convert;
using Crammed.Cli.Commands.Demo;
using Crammed.Cli.Commands.Doctor;
using Crammed.Cli.Commands.Draw;
using Crammed.Cli.Commands.Evaluate;
using Crammed.Cli.Commands.ExportGlue;
using Crammed.Cli.Commands.Finetune;
using Crammed.Cli.Commands.Import;
using Crammed.Cli.Commands.Keygen;
using Crammed.Cli.Commands.Plan;
using Crammed.Cli.Commands.Predict;
using Crammed.Cli.Commands.Pretrain;
using Crammed.Cli.Commands.Refresh;
using Crammed.Cli.Commands.Shadow;
using Crammed.Cli.Hosting;
using Crammed.Cli.Multirun;
using Crammed.Cli.Settings;

namespace Crammed.Cli.Commands;

/// <summary>The commands of the program, in the order of the help text.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandDefinition> All { get; } =
    [
        new CommandDefinition<PretrainCommandSettings>
        {
            Name = "pretrain",
            Summary = "Pretrain a model on text by masked language modelling, and take the ranges that encryption needs.",
            ConfigurationRoot = "cfg_pretrain",
            Multirun = MultirunCommand.RunAsync,
            CreateHandler = () => new PretrainCommand(),
            Examples =
            [
                ("pretrain", "a small model on WordNet's glosses, in minutes, to outputs/pretrain/model"),
                ("pretrain name=books data.text=[books.txt.gz,wordnet] train.steps=4000", "the same on more text, for longer"),
                ("pretrain name=prose data=wikipedia-books data.folder=text", "on text/wikipedia-*.txt.gz and text/books-*.txt.gz"),
                ("pretrain name=own data=parquet data.folder=texts data.columns=[title,text]", "on two columns of Parquet files"),
                ("pretrain name=small arch=small train=small", "width 128, an hour on two cores"),
                ("pretrain name=small arch=small train=small resume=outputs/small", "the same, continued after Ctrl-C"),
                ("pretrain name=paper arch=paper train=paper", "the paper's model and recipe: a week"),
                ("pretrain --multirun name=seeds arch=tiny train=tiny train.learning_rate=1e-2,3e-3 train.seed=range(0,3)",
                    "six runs to outputs/seeds/0 to 5, and their table"),
            ],
        },
        new CommandDefinition<ImportSettings>
        {
            Name = "import",
            Summary = "Take over a BERT that Hugging Face's transformers saved, to fine-tune or evaluate it in plaintext.",
            ConfigurationRoot = "cfg_import",
            CreateHandler = () => new ImportCommand(),
            Examples =
            [
                ("import hf=bert-tiny", "bert-tiny/{config.json,model.safetensors,vocab.txt or tokenizer.json}, to outputs/import/model"),
                ("import name=tiny hf=bert-tiny vocabulary=vocab.txt", "with a vocabulary of another folder"),
            ],
        },
        new CommandDefinition<ExportGlueSettings>
        {
            Name = "export-glue",
            Summary = "Turn tasks into token ids, masks, labels and the model's embeddings, in Parquet.",
            ConfigurationRoot = "cfg_export-glue",
            SweptGroup = TaskSettings.GroupName,
            CreateHandler = () => new ExportGlueCommand(),
            Examples =
            [
                ("export-glue", "a task made from WordNet for outputs/pretrain/model, to outputs/export"),
                ("export-glue name=rte model=outputs/books/model eval/tasks=rte data.glue=glue", "GLUE's RTE, from glue/rte/train.tsv"),
                ("export-glue train_limit=2048", "2048 of the training examples"),
                ("export-glue name=six eval/tasks=cola,mrpc,rte data.glue=glue", "several tasks, to outputs/six/TASK"),
                ("export-glue eval.save_train_data=False", "the evaluation split alone"),
                ("export-glue resume=outputs/export", "go on with an export that was interrupted or killed"),
            ],
        },
        new CommandDefinition<DrawCommandSettings>
        {
            Name = "draw",
            Summary = "Draw initial adapters, batches and dropout masks, so that every party trains alike.",
            ConfigurationRoot = "cfg_draw",
            CreateHandler = () => new DrawCommand(),
            Examples =
            [
                ("draw", "for outputs/pretrain/model and outputs/export, to outputs/draw/draw.safetensors"),
                ("draw name=rte export=outputs/rte eval=GLUE_sane eval/tasks=rte", "with the paper's values for GLUE's RTE"),
            ],
        },
        new CommandDefinition<PlanSettings>
        {
            Name = "plan",
            Summary = "Plan a training step under encryption: levels, bootstraps, seconds, memory and noise, before any key is made.",
            ConfigurationRoot = "cfg_plan",
            CreateHandler = () => new PlanCommand(),
            Examples =
            [
                ("plan", "for outputs/pretrain/model, calibrated on random tokens; the report goes to outputs/plan/plan.md"),
                ("plan name=exact export=outputs/export draw=outputs/draw/draw.safetensors", "calibrated on the batches of a draw"),
                ("plan name=wide batch=128 calibration=outputs/plan/calibration.json", "more examples in the slots"),
                ("plan name=client he=demo export=outputs/export draw=outputs/draw/draw.safetensors", "refreshed by the key holder, as the demo's"),
            ],
        },
        new CommandDefinition<KeygenSettings>
        {
            Name = "keygen",
            Summary = "Generate the secret key, and the evaluation keys that a plan's programs use.",
            ConfigurationRoot = "cfg_keygen",
            CreateHandler = () => new KeygenCommand(),
            Examples =
            [
                ("keygen", "for outputs/plan, to outputs/keys: private/ stays with the key holder, public/ is the server's"),
                ("keygen name=wide-keys plan=outputs/wide", "for another plan"),
            ],
        },
        new CommandDefinition<ConvertSettings>
        {
            Name = "convert",
            Summary = "Pack an exported task into a plan's slots and encrypt it, in the order of a draw.",
            ConfigurationRoot = "cfg_convert",
            CreateHandler = () => new ConvertCommand(),
            Examples =
            [
                ("convert", "outputs/export by outputs/draw for outputs/plan under outputs/keys, to outputs/encrypted/container"),
                ("convert encrypted_examples=128", "with 128 examples for evaluation under encryption"),
            ],
        },
        new CommandDefinition<RefreshSettings>
        {
            Name = "refresh",
            Summary = "Serve as the key holder who decrypts and encrypts again (he.refresh=client), until told to end.",
            ConfigurationRoot = "cfg_refresh",
            WritesOutput = false,
            CreateHandler = () => new RefreshCommand(),
            Examples = [("refresh socket=/run/user/1000/crammed.sock", "for outputs/plan, with the key in outputs/keys")],
        },
        new CommandDefinition<FinetuneCommandSettings>
        {
            Name = "finetune",
            Summary = "Fine-tune a model: in plaintext, or by a plan's program on clear slots (fhe=disable, simulate) or ciphertexts (execute).",
            ConfigurationRoot = "cfg_finetune",
            SweptGroup = TaskSettings.GroupName,
            Multirun = MultirunCommand.RunAsync,
            CreateHandler = () => new FinetuneCommand(),
            Examples =
            [
                ("finetune", "adapters for outputs/pretrain/model on outputs/export, to outputs/finetune/adapters.safetensors"),
                ("finetune name=plaintext draw=outputs/draw/draw.safetensors", "in plaintext what an encrypted run of that draw does"),
                ("finetune name=rte mode=lora eval/tasks=rte data.glue=glue seeds=3", "LoRA on GLUE's RTE, median and spread of three runs"),
                ("finetune name=full mode=full eval/tasks=cola,mrpc,rte data.glue=glue", "every weight, on three tasks, in one table"),
                ("finetune name=sst2 mode=lora eval/tasks=sst2 data.glue=glue train_limit=4096", "4096 of the training examples"),
                ("finetune name=simulated fhe=simulate plan=outputs/plan draw=outputs/draw/draw.safetensors",
                    "a plan's program on clear slots with the noise of ciphertexts"),
                ("finetune name=encrypted-run fhe=execute plan=outputs/plan draw=outputs/draw/draw.safetensors "
                    + "container=outputs/encrypted/container keys=outputs/keys", "on ciphertexts; after Ctrl-C the same command goes on"),
                ("finetune name=private fhe=execute eval/tasks=rte,mrpc data.glue=glue",
                    "everything for two tasks, from export and plan to keys, training and scores; the same command goes on where it stopped"),
                ("finetune --multirun name=rates mode=full eval/tasks=rte,sst2 data.glue=glue finetune.learning_rate=1e-4,1e-3",
                    "four runs and their table"),
            ],
        },
        new CommandDefinition<EvaluateCommandSettings>
        {
            Name = "evaluate",
            Summary = "Score a model with adapters and head on a task's evaluation split, in plaintext or by a plan's program.",
            ConfigurationRoot = "cfg_evaluate",
            Multirun = MultirunCommand.RunAsync,
            CreateHandler = () => new EvaluateCommand(),
            Examples =
            [
                ("evaluate", "outputs/finetune/adapters.safetensors on outputs/export"),
                ("evaluate export=outputs/rte adapters=outputs/lora/rte/seed-0", "what crammed finetune name=lora mode=lora wrote"),
                ("evaluate name=before adapters=null draw=outputs/finetune/draw.safetensors", "the untrained adapters and head of a draw"),
                ("evaluate name=twin functions=polynomial noise_bits=20", "as ciphertexts would answer: by polynomials, with their noise"),
                ("evaluate name=rte source=text eval/tasks=rte data.glue=glue functions=polynomial", "all of GLUE's RTE from its text"),
                ("evaluate name=clear fhe=disable dev_limit=64", "outputs/finetune/adapters.safetensors by outputs/plan on clear slots"),
                ("evaluate name=encrypted-score fhe=execute run=outputs/encrypted-run", "the encrypted adapters of that run, on ciphertexts"),
            ],
        },
        new CommandDefinition<PredictCommandSettings>
        {
            Name = "predict",
            Summary = "Answer texts without labels with a trained run: in plaintext, or on ciphertexts from the text to the answer.",
            ConfigurationRoot = "cfg_predict",
            CreateHandler = () => new PredictCommand(),
            Examples =
            [
                ("predict", "outputs/finetune/adapters.safetensors on the texts of a task's evaluation split"),
                ("predict input=texts.txt adapters=outputs/private/wordnet-living", "a text a line, with what was trained on ciphertexts"),
                ("predict name=rte eval/tasks=rte input=glue/rte/test.tsv id=index adapters=outputs/lora/rte/seed-0",
                    "the columns sentence1 and sentence2 of a table, the column index copied"),
                ("predict name=own input=reviews.csv text=[review] copy_text=true", "the column review, copied to the predictions"),
                ("predict name=encrypted-answers fhe=execute input=texts.txt", "encrypted end to end; after Ctrl-C the same command goes on"),
            ],
        },
        new CommandDefinition<ShadowSettings>
        {
            Name = "shadow",
            Summary = "Execute a step with clear slots beside it, and compare all that it makes: for whoever has the secret key.",
            ConfigurationRoot = "cfg_shadow",
            CreateHandler = () => new ShadowCommand(),
            Examples =
            [
                ("shadow", "the first step of outputs/plan on outputs/encrypted/container, with the key in outputs/keys"),
                ("shadow name=sixth step=5", "the sixth step, after five on clear slots"),
            ],
        },
        new CommandDefinition<DemoSettings>
        {
            Name = "demo",
            Summary = "Everything at once: pretrain, encrypt, fine-tune on ciphertexts, compare with plaintext, report.",
            ConfigurationRoot = "cfg_demo",
            CreateHandler = () => new DemoCommand(),
            Examples =
            [
                ("demo", "WordNet's glosses: living thing or artifact? The report goes to outputs/demo/report.md"),
                ("demo he.refresh=bootstrap", "the server bootstraps and never asks the key holder: 20 GiB of memory"),
                ("demo eval/tasks=rte data.glue=glue", "the same on GLUE's RTE from glue/rte/{train,dev}.tsv"),
            ],
        },
        new CommandDefinition<BenchEngineSettings>
        {
            Name = "bench engine",
            Summary = "Time the CKKS engine's operations, in multiples of one NTT and beside other libraries.",
            ConfigurationRoot = "cfg_bench-engine",
            CreateHandler = () => new BenchEngineCommand(),
            Examples = [("bench engine", "minutes of one and two threads; the table goes to outputs/bench-engine/engine.md")],
        },
        new CommandDefinition<BenchBootstrapSettings>
        {
            Name = "bench bootstrap",
            Summary = "Time bootstraps, and measure how their errors are distributed and what memory they take.",
            ConfigurationRoot = "cfg_bench-bootstrap",
            CreateHandler = () => new BenchBootstrapCommand(),
            Examples =
            [
                (
                    "bench bootstrap",
                    "N = 2^16, all slots and 4,096: minutes, 12 GiB of memory; the report goes to outputs/bench-bootstrap/bootstrap.md"),
                (
                    "bench bootstrap parameters=[N16QP1727-bootstrapping,N16QP1746-bootstrapping] slots=0",
                    "two sets beside each other"),
                (
                    "bench bootstrap slots=[0,4096,64] messages=uniform repetitions=10 threads=1",
                    "more of one kind of message, on one thread"),
                ("bench bootstrap parameters=insecure-N11-bootstrapping", "a toy ring, in seconds"),
            ],
        },
        new CommandDefinition<BenchBootstrapOneSettings>
        {
            Name = "bench bootstrap-one",
            Summary = "Measure one configuration in this process; bench bootstrap starts it for each.",
            ConfigurationRoot = "cfg_bench-bootstrap-one",
            WritesOutput = false,
            IsHidden = true,
            CreateHandler = () => new BenchBootstrapOneCommand(),
            Examples = [("bench bootstrap-one parameters=insecure-N11-bootstrapping result=one.json", "a toy ring, all slots")],
        },
        new CommandDefinition<ConfigurationCommandSettings>
        {
            Name = "configuration",
            Summary = "Print the page of everything that can be set: commands, groups, choices, keys.",
            ConfigurationRoot = "cfg_configuration",
            WritesOutput = false,
            CreateHandler = () => new ConfigurationCommand(() => All!),
            Examples = [("configuration file=docs/configuration.md", "write it to a file")],
        },
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
