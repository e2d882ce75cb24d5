using FinOps.Simulation;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Seeds by command; otherwise what every other test project's entry point does.
return args switch
{
    ["simulate", ..] => SimulateCommand.Run(args[1..]),
    _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
        await TestPlatformTestFramework.RunAsync(args, FinOps.Simulation.SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    _ => await ConsoleRunner.Run(args),
};
