using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Metering;

/// <summary>Found by the simulation: a stream that does not exist yet has no row to lock.</summary>
public sealed class StreamStartedTwiceTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly Meter Meter = new(new TenantId("started-twice"), new ModelId("m"));

    [Fact]
    [Trait("Reliability", "T16")]
    public async Task Of_two_activations_that_start_one_stream_the_later_is_stale()
    {
        var (commit, reader) = (host.Services.GetRequiredService<LedgerCommit>(), host.Services.GetRequiredService<MeterState.Reader>());
        var (first, second) = (Pending.Of(Meter, "1"), Pending.Of(Meter, "2"));

        // The second activation's commit has looked for the stream and waits for a key that someone else may be about to claim …
        await using var connection = await host.Database.OpenConnectionAsync();
        await using var holder = await connection.BeginTransactionAsync();
        await using var claim = new Npgsql.NpgsqlCommand("insert into finops.usage_key (key_high, key_low, content) values ($1, $2, 0)", connection)
        {
            Parameters = { new() { Value = second.Digest.Key.High }, new() { Value = second.Digest.Key.Low } },
        };
        await claim.ExecuteNonQueryAsync();
        var late = commit.CommitAsync([new MeterFlush(Meter, [second], Believing.Nothing)], 0, CancellationToken.None);
        await Eventually.SeeAsync(WaitingAsync, waiting => waiting > 0);

        // … while the first one starts the stream.
        Assert.IsType<FlushResult.Committed>(Assert.Single(
            await commit.CommitAsync([new MeterFlush(Meter, [first], Believing.Nothing)], 1, CancellationToken.None)));
        await holder.RollbackAsync();
        Assert.IsType<FlushResult.Stale>(Assert.Single(await late));

        var read = await reader.ReadAsync(Meter, CancellationToken.None);
        var again = Assert.IsType<FlushResult.Committed>(Assert.Single(
            await commit.CommitAsync([new MeterFlush(Meter, [second], new MeterBelief(read))], 0, CancellationToken.None)));
        Assert.Equal([RecordOutcome.Accepted], again.Outcomes);
        Assert.Equal([2], again.Growth.Versions.Values);
        Assert.Equal(2, (await reader.ReadAsync(Meter, CancellationToken.None)).Totals.Records);
    }

    private async Task<long> WaitingAsync()
    {
        await using var command = host.Database.CreateCommand(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%usage_key%'
            """);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
