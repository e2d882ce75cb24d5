using System.CommandLine;
using FinOps.Host.Commands;
using FinOps.Host.Commands.Targets;

return await new RootCommand("What a token costs, for whom, and why.")
{
    Serve.Command(),
    Schema.Command(),
    Rebuild.Command(),
    Publish.Command(),
    PriceCommand.Command(),
    DemoCommand.Command(),
    Keys.Command(),
    Apply.Rates(),
    Apply.Fleets(),
    TargetsCommand.Command(),
    Apply.Tenants(),
    Apply.Exchange(),
    Apply.Weights(),
    Apply.Budgets(),
    Bench.Command(),
}.Parse(args).InvokeAsync(new InvocationConfiguration
{
    // A host that was told to stop finishes its commits, a publisher hears the last answers and says what was done.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
});
