using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Metering;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Faults;

/// <summary>
/// Many writers, of whom some believe in an old version and some are rolled back, beside a session that sits idle in a transaction. No
/// daemon projects usage, so what is left of T10 is that the read models and the events agree.
/// </summary>
public sealed class StoreUnderLoadTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const int Writers = 32;

    private static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Reliability", "T10")]
    public void No_projection_of_usage_runs_in_a_daemon()
    {
        var store = host.Services.GetRequiredService<IDocumentStore>();
        Assert.Empty(((DocumentStore)store).Options.Projections.All);
    }

    [Fact]
    [Trait("Reliability", "T10")]
    public async Task Losers_and_rollbacks_among_32_writers_leave_buckets_and_events_equal_and_an_idle_transaction_stalls_nobody()
    {
        await RefuseTenantAsync("rolled-back");
        await using var idle = await IdleInTransactionAsync();
        var appends = FaultRounds.Of(20_000, 1_000_000) / Writers;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, appends)));

        var (written, stale, rolledBack) = (outcomes.Sum(o => o.Written), outcomes.Sum(o => o.Stale), outcomes.Sum(o => o.RolledBack));
        TestContext.Current.TestOutputHelper?.WriteLine($"{written} written, {stale} stale, {rolledBack} rolled back");
        Assert.True(stale > 0 && rolledBack > 0);
        var stored = new List<UsageRecord>();
        for (var tenant = 0; tenant < 4; tenant++) stored.AddRange(await StoredUsage.OfAsync(host, $"load{tenant}"));
        Assert.Equal((written, written), (stored.Count, stored.Select(r => (r.Tenant, r.Id)).Distinct().Count()));
        Assert.Equal(written, await BucketsAsync("load%"));
        Assert.Equal(0, await BucketsAsync("rolled-back"));
        Assert.Empty(await StoredUsage.OfAsync(host, "rolled-back"));
    }

    /// <summary>Writes as a grain does, but on a meter that eight others write, too.</summary>
    private async Task<(int Written, int Stale, int RolledBack)> WriteAsync(int writer, int appends)
    {
        var (ledger, reader) = (host.Services.GetRequiredService<Ledger>(), host.Services.GetRequiredService<MeterState.Reader>());
        var meter = new Meter(new TenantId($"load{writer % 4}"), new ModelId($"m{writer / 8}"));
        var random = new Random(writer);
        var (written, stale, rolledBack) = (0, 0, 0);
        while (written < appends)
        {
            var count = Math.Min(appends - written, 1 + random.Next(20));
            if (random.Next(100) == 0) rolledBack += await RollBackAsync(ledger, writer, written);
            var records = Enumerable.Range(written, count).Select(i => Pending.Of(meter, $"{writer}-{i}", occurredAt: Day)).ToList();
            var state = await reader.ReadAsync(meter, CancellationToken.None);
            switch (await ledger.CommitAsync(new MeterFlush(meter, records, new MeterBelief(state))))
            {
                case FlushResult.Stale: stale++; break;
                case FlushResult.Committed: written += count; break;
            }
        }

        return (written, stale, rolledBack);
    }

    private static async Task<int> RollBackAsync(Ledger ledger, int writer, int number)
    {
        var meter = new Meter(new TenantId("rolled-back"), new ModelId($"m{writer}"));
        var flush = new MeterFlush(meter, [Pending.Of(meter, $"{writer}-{number}-{Guid.NewGuid()}", occurredAt: Day)], Believing.Nothing);
        await Assert.ThrowsAnyAsync<Exception>(() => ledger.CommitAsync(flush));
        return 1;
    }

    private async Task RefuseTenantAsync(string tenant)
    {
        await using var command = host.Database.CreateCommand(
            $"""
            create function refuse() returns trigger language plpgsql as $$
            begin if new.tenant = '{tenant}' then raise exception 'rolled back by the test'; end if; return new; end $$;
            create trigger refuse before insert or update on finops.ingestion_tally for each row execute function refuse();
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A session that has read the books and then does nothing, with its transaction open.</summary>
    private async Task<NpgsqlConnection> IdleInTransactionAsync()
    {
        var connection = await host.Database.OpenConnectionAsync();
        await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("select count(*) from finops.mt_events", connection);
        await look.ExecuteScalarAsync();
        return connection;
    }

    private async Task<long> BucketsAsync(string tenants)
    {
        await using var command = host.Database.CreateCommand(
            "select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant like $1");
        command.Parameters.Add(new() { Value = tenants });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
