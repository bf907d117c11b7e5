using Crammed.Trainer;

return TrainerProgram.Run(args);
