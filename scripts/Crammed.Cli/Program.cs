using Crammed.Cli.Commands;
using Crammed.Cli.Hosting;

using var interrupts = new InterruptHandler(Console.Error);
interrupts.Listen();
return await new CrammedProgram(ProgramEnvironment.OfProcess(), CommandTable.All).RunAsync(args, interrupts);
