using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Faults;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Jobs;

/// <summary>
/// A host that runs no job by itself, whose connections to the database can be cut at any commit, and whose books can be set back to what
/// they were.
/// </summary>
public sealed class IdleJobsHost : AlertingHost, IAsyncLifetime
{
    private PostgresProxy? proxy;

    /// <summary>Decides at each transaction of the host, reading ones too, what becomes of its connection.</summary>
    internal Func<Cut> Decide { get; set; } = () => Cut.None;

    protected override Roles Roles => Roles.All & ~Roles.Jobs;

    public new async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Services.GetRequiredService<IRecurringJobManager>().FinOps();
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        var direct = new NpgsqlConnectionStringBuilder(ConnectionString);
        // Every statement holds the empty word.
        proxy ??= new PostgresProxy(direct.Host!, direct.Port, "", () => Decide());
        builder.Configuration["ConnectionStrings:postgres"] = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            MaxAutoPrepare = 0,
        }.ConnectionString;
    }

    /// <summary>Keeps a copy of all tables.</summary>
    public async Task RememberAsync()
    {
        await ExecuteAsync("create schema remembered");
        foreach (var table in await TablesAsync()) await ExecuteAsync($"create table remembered.\"{table}\" as table finops.\"{table}\"");
    }

    /// <summary>All tables as they were remembered.</summary>
    public async Task RestoreAsync()
    {
        var tables = await TablesAsync();
        // As a replica neither triggers nor references are asked.
        var sql = new List<string> { "begin", "set local session_replication_role = replica", $"truncate {string.Join(", ", tables.Select(t => $"finops.\"{t}\""))}" };
        foreach (var table in tables)
        {
            var columns = await RowsAsync(
                "select quote_ident(attname) from pg_attribute where attrelid = ('finops.' || quote_ident($1))::regclass and attnum > 0 and not attisdropped and attgenerated = ''", table);
            var list = string.Join(", ", columns);
            sql.Add($"insert into finops.\"{table}\" ({list}) overriding system value select {list} from remembered.\"{table}\"");
        }

        await ExecuteAsync(string.Join(";\n", sql.Append("commit")));
    }

    /// <summary>
    /// What the tables say, a digest each; instants, random ids and places in sequences left out, for they differ from run to run by
    /// nature. Event bodies hold instants; that they are there, in which stream and place, is compared.
    /// </summary>
    public async Task<IReadOnlyList<string>> StateAsync()
    {
        var state = new List<string>();
        foreach (var table in (await TablesAsync()).Where(t => !OwnLogs.Contains(t)))
        {
            state.AddRange(await RowsAsync(
                $"""
                 select $1, count(*), md5(coalesce(string_agg(line, '|' order by line), '')) from (
                   select (to_jsonb(t) - (select coalesce(array_agg(attname::text), array[]::text[]) from pg_attribute
                     where attrelid = 'finops."{table}"'::regclass and attnum > 0
                       and (atttypid in ('timestamptz'::regtype, 'uuid'::regtype) or attidentity <> '' or attname in ('seq_id', 'data', 'timestamp'))))::text as line
                   from finops."{table}" t) lines
                 """, table));
        }

        return state;
    }

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (proxy is not null) await proxy.DisposeAsync();
    }

    /// <summary>One row for each check that was made: a diary, which two checks make longer.</summary>
    private static readonly HashSet<string> OwnLogs = ["ledger_check", "ledger_checkpoint"];

    private Task<IReadOnlyList<string>> TablesAsync() => RowsAsync(
        "select relname from pg_class where relnamespace = 'finops'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
