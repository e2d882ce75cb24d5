using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Metering;

/// <summary>A commit that does not look writes all or nothing, and nothing unless every record is new and every stream as it was believed to be.</summary>
public sealed class UnseenCommitTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly Meter Meter = new(new TenantId("unseen"), new ModelId("m"));

    private static readonly string Stream = MeterMonth.Of(Pending.Of(Meter, "1", 1).Record).StreamId;

    [Fact]
    public async Task What_was_counted_and_what_was_written_by_others_is_met_and_nothing_is_half_written()
    {
        var unseen = host.Services.GetRequiredService<UnseenCommit>();
        var commit = host.Services.GetRequiredService<LedgerCommit>();

        // A stream that is new is looked for first.
        Assert.Null(await TryAsync(0, Pending.Of(Meter, "1", 1)));
        await commit.CommitAsync([Flush(0, Pending.Of(Meter, "1", 1))], 0, CancellationToken.None);

        Assert.Equal(2, Assert.IsType<FlushResult.Committed>(Assert.Single((await TryAsync(1, Pending.Of(Meter, "2", 1)))!)).Growth.Versions[Stream]);
        Assert.Equal((2, 2, 2), await BooksAsync());

        // One that was counted, as it was and otherwise; a meter that knows too little, and one that knows too much.
        Assert.Null(await TryAsync(2, Pending.Of(Meter, "3", 1), Pending.Of(Meter, "1", 1)));
        Assert.Null(await TryAsync(2, Pending.Of(Meter, "3", 1), Pending.Of(Meter, "1", 9)));
        Assert.Null(await TryAsync(1, Pending.Of(Meter, "3", 1)));
        Assert.Null(await TryAsync(3, Pending.Of(Meter, "3", 1)));
        Assert.Equal((2, 2, 2), await BooksAsync());

        // The ledger looks then, and answers as ever.
        var looked = await commit.CommitAsync([Flush(2, Pending.Of(Meter, "3", 1), Pending.Of(Meter, "1", 1), Pending.Of(Meter, "2", 9))], 0, CancellationToken.None);
        Assert.Equal(
            [RecordOutcome.Accepted, RecordOutcome.Duplicate, RecordOutcome.Conflict], Assert.IsType<FlushResult.Committed>(Assert.Single(looked)).Outcomes);
        Assert.IsType<FlushResult.Stale>(Assert.Single(await commit.CommitAsync([Flush(2, Pending.Of(Meter, "4", 1))], 0, CancellationToken.None)));
        Assert.Equal((3, 3, 3), await BooksAsync());

        async Task<IReadOnlyList<FlushResult>?> TryAsync(long version, params PendingRecord[] records) =>
            unseen.Prepare([Flush(version, records)], 0, DateTimeOffset.UtcNow) is { } bet ? await unseen.TryAsync(bet, CancellationToken.None) : null;
    }

    [Fact]
    public async Task A_commit_finds_what_it_looks_for_by_its_key_however_few_streams_there_are()
    {
        var few = new Meter(new TenantId("few"), new ModelId("m"));
        var record = Pending.Of(few, "1", 1);
        var stream = MeterMonth.Of(record.Record).StreamId;
        await host.Services.GetRequiredService<LedgerCommit>().CommitAsync([new(few, [record], Believing.Nothing)], 0, CancellationToken.None);
        // Now the planner knows that the tables are a page each.
        await using (var analyze = host.Database.CreateCommand("analyze finops.mt_streams, finops.usage_key")) await analyze.ExecuteNonQueryAsync();
        var appended = new LedgerEvents.Appended(stream, LedgerEvents.Json(UsageRecorded.Pack([record.Record], DateTimeOffset.UtcNow)));
        NpgsqlBatchCommand[] statements = [.. LedgerEvents.Append([appended], new() { [stream] = 1 }), DedupeKeys.LookUp([record])];
        await using var lane = await host.Services.GetRequiredService<LedgerDatabase>().Source.OpenConnectionAsync();

        foreach (var statement in statements)
        {
            var plan = await PlanAsync(lane, statement);
            Assert.Contains("Index", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        }
    }

    private static async Task<string> PlanAsync(NpgsqlConnection lane, NpgsqlBatchCommand statement)
    {
        await using var batch = new NpgsqlBatch(lane);
        statement.CommandText = $"explain {statement.CommandText}";
        batch.BatchCommands.Add(statement);
        await using var reader = await batch.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    /// <returns>Events, records in buckets, and accepted records of the tally.</returns>
    private async Task<(long, long, long)> BooksAsync()
    {
        await using var command = host.Database.CreateCommand(
            """
            select (select count(*) from finops.mt_events where stream_id = $2),
              (select sum(records) from finops.bucket b join finops.series s on s.id = b.series where tenant = $1)::bigint,
              (select sum(accepted) from finops.ingestion_tally where tenant = $1)::bigint
            """);
        command.Parameters.Add(new() { Value = Meter.Tenant.Value });
        command.Parameters.Add(new() { Value = Stream });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }

    private static MeterFlush Flush(long version, params PendingRecord[] records) =>
        new(Meter, records, version == 0 ? Believing.Nothing : Believing.In(new() { [Stream] = version }));
}
