using Crammed.Trainer;

return args.Contains("--plan") ? ProgramCommand.Run(args, Console.Out, Console.Error) : TrainerProgram.Run(args);
