using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Fixtures;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Metering;

/// <summary>The ledger writes Marten's tables itself; nobody may be able to tell.</summary>
public sealed class LedgerEventsTests(RunningHost host) : IClassFixture<RunningHost>
{
    // What tells two events of different streams apart; all else must be equal.
    private const string Own = "'seq_id', 'id', 'stream_id', 'data', 'timestamp', 'created'";

    [Fact]
    public async Task What_the_ledger_writes_is_what_Marten_would_have_written()
    {
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var (ours, martens) = (MeterMonth.Of(Record("ours", 0)).StreamId, MeterMonth.Of(Record("martens", 0)).StreamId);
        await host.Services.GetRequiredService<LedgerCommit>().CommitAsync([Flush("ours", 0, [])], 0, CancellationToken.None);
        await host.Services.GetRequiredService<LedgerCommit>().CommitAsync([Flush("ours", 1, new() { [ours] = 1 })], 0, CancellationToken.None);
        await using (var session = store.LightweightSession())
        {
            session.Events.StartStream(martens, UsageRecorded.Pack([Record("martens", 0)], DateTimeOffset.UnixEpoch));
            await session.SaveChangesAsync();
        }

        await using (var session = store.LightweightSession())
        {
            session.Events.Append(martens, UsageRecorded.Pack([Record("martens", 1)], DateTimeOffset.UnixEpoch));
            await session.SaveChangesAsync();
        }

        Assert.Equal(await RowsAsync("mt_events", "stream_id", martens), await RowsAsync("mt_events", "stream_id", ours));
        Assert.Equal(await RowsAsync("mt_streams", "id", martens), await RowsAsync("mt_streams", "id", ours));
        await using var reading = store.QuerySession();
        var read = await reading.Events.FetchStreamAsync(ours);
        Assert.Equal(["0", "1"], read.Select(e => Assert.IsType<UsageRecorded>(e.Data).Ids.Single()));
        Assert.Equal([1L, 2L], read.Select(e => e.Version));
        Assert.True(read[0].Sequence < read[1].Sequence);
    }

    [Fact]
    public void An_event_with_all_that_it_may_hold_is_the_text_that_Marten_would_have_written()
    {
        var full = new UsageRecord
        {
            Tenant = new TenantId("ours & <theirs>"),
            Model = new ModelId("m"),
            ModelVersion = "2026-05 ü",
            Source = "s",
            Id = "full",
            Fleet = "f",
            Backfill = "b",
            OccurredAt = DateTimeOffset.UnixEpoch.AddTicks(1_234_567),
            Quantities = Quantities.Of((UnitClass.Output, 1), (UnitClass.CacheRead, long.MaxValue / 4)),
            Missing = 1 << UnitClass.Reasoning.Ordinal,
            Failed = true,
            Tags = [new("apiKey", "k"), new("team", "blue \"1\"")],
        };
        var packed = UsageRecorded.Pack([full, Record("ours & <theirs>", 1)], new DateTimeOffset(2026, 3, 2, 0, 0, 0, 1, TimeSpan.Zero));

        var marten = host.Services.GetRequiredService<IDocumentStore>().Options.Serializer();
        Assert.Equal(marten.ToJson(packed), LedgerEvents.Json(packed));
        Assert.Equal([full.Id, "1"], marten.FromJson<UsageRecorded>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(LedgerEvents.Json(packed)))).Unpack().Select(r => r.Id));
    }

    private async Task<IReadOnlyList<string>> RowsAsync(string table, string key, string stream)
    {
        await using var command = host.Database.CreateCommand(
            $"select (to_jsonb(t) - array[{Own}{(table == "mt_streams" ? ", 'id'" : "")}])::text from finops.{table} t where t.{key} = $1 order by version");
        command.Parameters.Add(new() { Value = stream });
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        Assert.NotEmpty(rows);
        return rows;
    }

    private static MeterFlush Flush(string tenant, int id, Dictionary<string, long> versions)
    {
        var record = Record(tenant, id);
        return new MeterFlush(record.Meter, [new PendingRecord(record, RecordDigest.Of(record), null)], Believing.In(versions));
    }

    private static UsageRecord Record(string tenant, int id) => new()
    {
        Tenant = new TenantId(tenant),
        Model = new ModelId("m"),
        Source = "s",
        Id = $"{id}",
        OccurredAt = DateTimeOffset.UnixEpoch,
        Quantities = Quantities.Of((UnitClass.Output, 1)),
    };
}
