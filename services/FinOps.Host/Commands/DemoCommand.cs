using System.CommandLine;
using FinOps.Host.Demo;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Commands;

/// <summary>Plays the fleets of a made-up world, for a first look.</summary>
internal static class DemoCommand
{
    // Enough to send the last hours quickly; each second as it passes then makes small batches, which harm nobody.
    private const int Lanes = 16;

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

    private static readonly Option<int> Seed = new("--seed")
    {
        HelpName = "N",
        Description = "Other seeds, other calls.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int?> For = new("--for")
    {
        HelpName = "SECONDS",
        Description = "How long to run (default: until stopped).",
    };

    private static readonly Option<string> CatalogFolder = new("--catalog")
    {
        HelpName = "FOLDER",
        Description = "Costs, rates, targets and budgets to set first.",
        DefaultValueFactory = _ => DemoCatalog.DefaultFolder,
    };

    private static readonly Option<string> Via = new("--via") { Description = "How it travels.", DefaultValueFactory = _ => "rabbitmq" };

    public static Command Command()
    {
        Via.AcceptOnlyFromAmong("rabbitmq", "http");
        Rate.Validators.Add(Publish.Within(Rate, 1, 10_000));
        Hours.Validators.Add(Publish.Within(Hours, 0, 720));
        For.Validators.Add(Publish.Within(For, 1, 1_000_000_000));
        var command = new Command(
            "demo",
            """
            Play the fleets of a made-up world: four tenants, four models, three fleets of which one is nearly idle; a daily rhythm, bursts,
            cached prefixes, reasoning, failed calls, and records sent twice. First costs, rates, targets and budgets are set (with an
            operator or finance key), then the usage of the last hours is sent, then each second as it passes; each quarter-hour the fleets
            report what they had (over HTTP).
            The same seed makes the same calls for the same second, so starting it again is harmless.
            """)
        {
            Rate, Hours, Seed, For, CatalogFolder, Via, Connection.UrlOption, Connection.KeyOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        try
        {
            var end = parsed.GetValue(For) is { } seconds ? TimeProvider.System.GetUtcNow().AddSeconds(seconds) : (DateTimeOffset?)null;
            var history = TimeSpan.FromHours(parsed.GetValue(Hours));
            var transport = Publish.Transport(parsed, parsed.GetRequiredValue(Via));
            using var fleets = ReportFleets.Client(parsed);
            var demo = new DemoRun(
                new DemoCalls(parsed.GetValue(Seed), parsed.GetValue(Rate)),
                new DemoFleetReports(fleets, flaw => Console.Error.WriteLine($"finops demo: {flaw}")), TimeProvider.System);
            await Console.Error.WriteLineAsync($"finops demo: the last {history.TotalHours:0} h first, then each second as it passes");
            await DemoCatalog.ApplyAsync(parsed.GetRequiredValue(CatalogFolder), ConnectionOf(parsed), stop);

            // A demo outlives the host's restarts, so it does not give up.
            var session = new PublishSession(transport, Lanes, Limits.PublishedRecordsPerBatch, giveUpAfter: TimeSpan.MaxValue)
            {
                LogEvery = TimeSpan.FromMinutes(1),
            };
            await session.RunAsync((publisher, tally) => demo.RunAsync(publisher, tally, history, end, stop), stop);
            return 0;
        }
        catch (Exception flaw) when (flaw is RefusedException or InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"finops demo: {flaw.Message}");
            return 1;
        }
    }

    private static List<string> ConnectionOf(ParseResult parsed)
    {
        var options = new List<string>();
        if (parsed.GetValue(Connection.UrlOption) is { } url) options.AddRange([Connection.UrlOption.Name, url]);
        if (parsed.GetValue(Connection.KeyOption) is { } key) options.AddRange([Connection.KeyOption.Name, key]);
        return options;
    }
}
