using System.CommandLine;
using System.CommandLine.Parsing;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Commands;

/// <summary>Sends files of usage to the running system.</summary>
internal static class Publish
{
    private const int Stopped = 130;

    private static readonly Argument<string[]> Files = new("FILE")
    {
        Description = "Files of usage, gzipped or not.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Tenant = new("--tenant")
    {
        HelpName = "NAME",
        Description = "Tenant of every record (default: the file's, else the file's name without .gz, .csv, .jsonl).",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        HelpName = "NAME",
        Description = "Model of every record (default: the file's, else the file's name likewise).",
    };

    private static readonly Option<string?> Fleet = new("--fleet")
    {
        HelpName = "NAME",
        Description = "Fleet of every record (default: the record's source).",
    };

    private static readonly Option<string> Via = new("--via") { Description = "How it travels.", DefaultValueFactory = _ => "rabbitmq" };

    private static readonly Option<int> Batch = new("--batch")
    {
        HelpName = "N",
        Description = "Records in one message.",
        DefaultValueFactory = _ => Limits.PublishedRecordsPerBatch,
    };

    private static readonly Option<int> Lanes = new("--lanes")
    {
        HelpName = "N",
        Description = "Ordered lanes, each with one unanswered batch.",
        DefaultValueFactory = _ => Limits.PublisherLanes,
    };

    private static readonly Option<string?> Backfill = new("--backfill")
    {
        HelpName = "NAME",
        Description = "Name of the backfill (default: the file's name). Its records may be of any age.",
    };

    private static readonly Option<bool> Live = new("--live")
    {
        Description = "Replay as live usage: instants are shifted so that the file's last record is now, and ids get the run's name.",
    };

    private static readonly Option<string?> Run = new("--run")
    {
        HelpName = "NAME",
        Description = "The run's name, with --live (default: random).",
    };

    private static readonly Option<DateTimeOffset?> Start = new("--start")
    {
        HelpName = "INSTANT",
        Description = "Where the clock of a file without instants starts (default: 2026-01-01T00:00Z).",
        CustomParser = ParseInstant,
    };

    private static readonly Option<string> Format = new("--format")
    {
        HelpName = "FORMAT",
        Description = "One of the formats above; auto goes by the file's content.",
        DefaultValueFactory = _ => TraceFormats.Auto,
    };

    private static readonly Option<int> GiveUpAfter = new("--give-up-after")
    {
        HelpName = "SECONDS",
        Description = "How long to go on without any answer.",
        DefaultValueFactory = _ => 300,
    };

    public static Command Command()
    {
        Via.AcceptOnlyFromAmong("rabbitmq", "http");
        Format.AcceptOnlyFromAmong([TraceFormats.Auto, .. TraceFormats.All.Select(format => format.Name)]);
        Batch.Validators.Add(Within(Batch, 1, ContractLimits.MaxRecordsPerBatch));
        Lanes.Validators.Add(Within(Lanes, 1, Limits.PublisherLanesMax));
        GiveUpAfter.Validators.Add(Within(GiveUpAfter, 0, 86_400));
        var command = new Command("publish", Description)
        {
            Files, Tenant, Model, Fleet, Via, Batch, Lanes, Backfill, Live, Run, Start, Format, GiveUpAfter,
            Connection.UrlOption, Connection.KeyOption,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Live) && result.GetValue(Backfill) is not null) result.AddError("Either --live or --backfill, not both.");
            if (!result.GetValue(Live) && result.GetValue(Run) is not null) result.AddError("--run goes with --live.");
            foreach (var file in result.GetValue(Files) ?? [])
            {
                if (!File.Exists(file)) result.AddError($"There is no file {file}.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static string Description =>
        $"""
        Publish files of usage. Records of one identity (tenant, source, id) keep their order; a batch without an answer is sent again.
        Publishing the same file twice is harmless: the second time all are duplicates.

        The last line on standard output is JSON: read, accepted, duplicates, conflicts, quarantined, seconds, recordsPerSecond.
        Exit code 0: all was answered (whatever the verdicts); 1: a file or the server failed; 130: stopped by Ctrl-C.
        Reading is strict: a row that cannot be read is named with its line; what was before it is sent, nothing after it.

        Ids are the file's own event ids (exgentic: span_id; servegen: event_id), else row numbers from 1.
        The source is the file's column, else its name without .gz, .csv, .jsonl.
        Clocks: mooncake, burstgpt and cc_traces_weka count from --start (cc_traces_weka per session); in lmcache a session's clock is the
        sum of its gaps; in llmperf a call starts when the one before it in its run ended. Instants without a zone are UTC.

        Formats:{TraceFormats.Known()}
        """;

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = new TraceOptions
        {
            Tenant = parsed.GetValue(Tenant),
            Model = parsed.GetValue(Model),
            Fleet = parsed.GetValue(Fleet),
            Start = parsed.GetValue(Start) ?? TraceOptions.DefaultStart,
        };
        var plan = new PublishPlan
        {
            Files = [.. parsed.GetRequiredValue(Files).Select(path => new TraceFile(path, options))],
            Format = parsed.GetRequiredValue(Format),
            Backfill = parsed.GetValue(Backfill),
            LiveRun = parsed.GetValue(Live) ? parsed.GetValue(Run) ?? Guid.NewGuid().ToString("N")[..8] : null,
        };
        try
        {
            var transport = Transport(parsed, parsed.GetRequiredValue(Via));
            var giveUpAfter = TimeSpan.FromSeconds(parsed.GetValue(GiveUpAfter));
            var session = new PublishSession(transport, parsed.GetValue(Lanes), parsed.GetValue(Batch), giveUpAfter);
            var isWhole = await session.RunAsync(
                (publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, stop), stop);
            return isWhole ? 0 : Stopped;
        }
        catch (Exception flaw) when (flaw is TraceException or RefusedException or InvalidOperationException
            or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"finops publish: {flaw.Message}");
            return 1;
        }
    }

    /// <summary>What makes a lane's transport; the address and the key are found once, before anything starts.</summary>
    internal static Func<IBatchTransport> Transport(ParseResult parsed, string via)
    {
        if (via == "http")
        {
            var (url, key) = (Connection.Url(parsed), Connection.Key(parsed, "fleet"));
            return () => new HttpTransport(url, key);
        }

        var broker = Connection.Broker();
        return () => new RabbitMqTransport(broker);
    }

    private static DateTimeOffset? ParseInstant(ArgumentResult result)
    {
        if (!TraceInstant.TryParse(result.Tokens.Single().Value, out var instant)) result.AddError($"--start: {TraceInstant.Expected}.");
        return instant;
    }

    /// <summary>Refuses what was typed outside the two; a default is not typed.</summary>
    internal static Action<OptionResult> Within(Option option, int least, int most) => result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < least || value > most))
            result.AddError($"{option.Name} is between {least} and {most}.");
    };
}
