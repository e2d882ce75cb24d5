using System.CommandLine;
using FinOps.Host.Commands;

return await new RootCommand("What a token costs, for whom, and why.")
{
    Serve.Command(),
    Schema.Command(),
    Publish.Command(),
    DemoCommand.Command(),
    Keys.Command(),
    Apply.Rates(),
    Apply.Fleets(),
    Apply.Targets(),
    Apply.Budgets(),
}.Parse(args).InvokeAsync();
