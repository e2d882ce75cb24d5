using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Storage;

namespace FinOps.Host.Commands;

/// <summary>Makes the buckets again from the stored events, or says whether they are what the events say.</summary>
internal static class Rebuild
{
    private static readonly Option<bool> Check = new("--check")
    {
        Description = "Change nothing; end with status 1 where a bucket is not what the events say.",
    };

    public static Command Command()
    {
        var command = new Command(
            "rebuild", "Make all buckets again from the stored events; records may go on flowing, and it may be stopped and started again.")
        {
            Check,
        };
        command.SetAction((parsed, cancellation) => RunAsync(write: !parsed.GetValue(Check), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(bool write, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddFinOps(Roles.None);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<SchemaScripts>().VerifyAsync(cancellation);
        var (shown, start) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        var result = await app.Services.GetRequiredService<RebuildBuckets>().RunAsync(write, Show, cancellation);
        foreach (var difference in result.Differences) await Console.Error.WriteLineAsync(difference);
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                result.Streams,
                result.Events,
                Records = (decimal)result.Records,
                result.Rows,
                result.WrongStreams,
                result.Before,
                result.After,
                Seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3),
            }, JsonSerializerOptions.Web));
        return write || result.WrongStreams == 0 ? 0 : 1;

        void Show(RebuildProgress at)
        {
            if (Stopwatch.GetElapsedTime(shown) < TimeSpan.FromSeconds(1)) return;
            shown = Stopwatch.GetTimestamp();
            Console.Error.WriteLine($"{at.StreamsDone} of {at.Streams} streams, {at.Events} events, {at.Records} records");
        }
    }
}
