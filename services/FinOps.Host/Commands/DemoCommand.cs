using System.CommandLine;
using FinOps.Host.Demo;
using FinOps.Host.Publishing;

namespace FinOps.Host.Commands;

/// <summary>Plays the fleets of a made-up world, for a first look.</summary>
internal static class DemoCommand
{
    // The demo has few records a second; a lane more would only make its batches smaller.
    private const int Lanes = 4;

    private static readonly Option<int> Rate = new("--records-per-second")
    {
        HelpName = "N",
        Description = "Mean over a day.",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Option<int> Hours = new("--history-hours")
    {
        HelpName = "N",
        Description = "How far back it starts, so that there is something to see at once.",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> Seed = new("--seed") { HelpName = "N", Description = "Other seeds, other calls.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int?> For = new("--for") { HelpName = "SECONDS", Description = "How long to run (default: until stopped)." };

    private static readonly Option<string> Via = new("--via") { Description = "How it travels.", DefaultValueFactory = _ => "rabbitmq" };

    public static Command Command()
    {
        Via.AcceptOnlyFromAmong("rabbitmq", "http");
        Rate.Validators.Add(result => Require(result.GetValue(Rate) is >= 1 and <= 10_000, result.AddError, "--records-per-second is between 1 and 10000."));
        Hours.Validators.Add(result => Require(result.GetValue(Hours) is >= 0 and <= 24 * 30, result.AddError, "--history-hours is between 0 and 720."));
        For.Validators.Add(result => Require(result.GetValue(For) is null or >= 1, result.AddError, "--for is at least 1."));
        var command = new Command(
            "demo",
            """
            Play the fleets of a made-up world: four tenants, four models, three fleets of which one is nearly idle; a daily rhythm, bursts,
            cached prefixes, reasoning, failed calls, and records sent twice. First the last hours are sent, then each second as it passes.
            The same seed makes the same calls for the same second, so starting it again is harmless.
            """)
        {
            Rate, Hours, Seed, For, Via, Connection.UrlOption, Connection.KeyOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        try
        {
            var demo = new DemoRun(new DemoCalls(parsed.GetValue(Seed), parsed.GetValue(Rate)), TimeProvider.System);
            var end = parsed.GetValue(For) is { } seconds ? TimeProvider.System.GetUtcNow().AddSeconds(seconds) : (DateTimeOffset?)null;
            var history = TimeSpan.FromHours(parsed.GetValue(Hours));

            await Console.Error.WriteLineAsync($"finops demo: sending the last {history.TotalHours:0} h, then each second as it passes");

            // A demo outlives the host's restarts, so it does not give up.
            var session = new PublishSession(Publish.Transport(parsed, parsed.GetRequiredValue(Via)), Lanes, 100, TimeSpan.MaxValue) { LogEvery = TimeSpan.FromMinutes(1) };
            await session.RunAsync((publisher, tally) => demo.RunAsync(publisher, tally, history, end, stop), stop);
            return 0;
        }
        catch (Exception flaw) when (flaw is RefusedException or InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"finops demo: {flaw.Message}");
            return 1;
        }
    }

    private static void Require(bool holds, Action<string> addError, string otherwise)
    {
        if (!holds) addError(otherwise);
    }
}
