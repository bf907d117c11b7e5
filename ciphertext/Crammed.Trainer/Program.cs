using Crammed.Trainer;

return ProgramCommand.Run(args, Console.Out, Console.Error);
