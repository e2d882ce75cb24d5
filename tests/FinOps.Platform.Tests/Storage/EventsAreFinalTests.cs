using FinOps.Platform.Storage;
using FinOps.Platform.Tests.Reconciliation;
using JasperFx.Events.Daemon;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace FinOps.Platform.Tests.Storage;

public sealed class EventsAreFinalTests(BooksHost host) : IClassFixture<BooksHost>
{
    [Theory]
    [Trait("Reliability", "T5")]
    [InlineData("update finops.mt_events set data = data")]
    [InlineData("update finops.mt_events set is_archived = true where seq_id = 1")]
    [InlineData("update finops.mt_events set data = data where false")]
    [InlineData("delete from finops.mt_events")]
    [InlineData("delete from finops.mt_events where false")]
    [InlineData("truncate finops.mt_events")]
    [InlineData("truncate finops.mt_streams cascade")]
    [InlineData("delete from finops.mt_streams")]
    [InlineData("delete from finops.mt_streams where false")]
    public async Task Nothing_changes_a_stored_event(string sql)
    {
        const string all =
            """
            select concat_ws(' ', (select md5(string_agg(e::text, ',' order by seq_id)) from finops.mt_events e),
              (select md5(string_agg(s::text, ',' order by id)) from finops.mt_streams s))
            """;
        var before = await host.ValueAsync<string>(all);
        await Assert.ThrowsAsync<PostgresException>(() => host.ExecuteAsync(sql));
        Assert.Equal(before, await host.ValueAsync<string>(all));
    }

    [Fact]
    public async Task Applying_the_schema_again_changes_no_table_and_makes_no_foreign_key_anew()
    {
        const string constraints =
            "select string_agg(concat_ws(' ', c.oid, conrelid::regclass, conname), ',' order by c.oid) from pg_constraint c where connamespace = 'finops'::regnamespace";
        var before = await host.ValueAsync<string>(constraints);
        Assert.Contains("pk_mt_events", await host.ValueAsync<string>("select string_agg(indexname, ',') from pg_indexes where tablename = 'mt_events'"), StringComparison.Ordinal);
        Assert.DoesNotContain("fkey_mt_events", before, StringComparison.Ordinal);

        await host.Services.GetRequiredService<SchemaScripts>().ApplyAsync(CancellationToken.None);
        Assert.Equal(before, await host.ValueAsync<string>(constraints));

        // Books of a version that had it.
        await host.ExecuteAsync(
            "alter table finops.mt_events add constraint fkey_mt_events_stream_id foreign key (stream_id) references finops.mt_streams (id) on delete cascade");
        await host.Services.GetRequiredService<SchemaScripts>().ApplyAsync(CancellationToken.None);

        Assert.Equal(before, await host.ValueAsync<string>(constraints));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task The_role_that_serves_has_no_right_to_change_events() =>
        Assert.Equal(0, await host.ValueAsync<long>(
            """
            select count(*) from pg_class c, aclexplode(c.relacl) a
            where c.oid = 'finops.mt_events'::regclass and a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
            """));

    [Fact]
    [Trait("Reliability", "T9")]
    [Trait("Reliability", "T10")]
    [Trait("Reliability", "T11")]
    [Trait("Reliability", "T14")]
    public async Task No_projection_daemon_runs_and_none_is_configured()
    {
        var options = host.Services.GetRequiredService<IDocumentStore>().Options;
        Assert.Empty(options.Events.Projections());
        Assert.Empty(host.Services.GetServices<IProjectionCoordinator>());
        Assert.DoesNotContain(
            host.Services.GetServices<IHostedService>(), s => s.GetType().FullName!.Contains("Projection", StringComparison.Ordinal)
                || s.GetType().FullName!.Contains("Daemon", StringComparison.Ordinal));
        // What a daemon would leave behind.
        Assert.Equal(0, await host.ValueAsync<long>("select count(*) from finops.mt_event_progression"));
    }
}
