using System.CommandLine;
using FinOps.Chaos.Commands;

return await new RootCommand("Faults on the real thing: every server and process that is killed here was started here.")
{
    Kills.Command(),
    Others.Acks(),
    Others.Outage(),
    Others.Shuffle(),
    Others.Freeze(),
    Others.Roll(),
    Others.Blackout(),
}.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
