using System.Globalization;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace FinOps.Platform.Tests.Faults;

/// <summary>A host whose connections to the database a test may cut at the commits of usage; the test itself sees the database undisturbed.</summary>
public sealed class CutOffHost : RunningHost
{
    /// <summary>Every commit of usage claims keys, and nothing else does: the check of the ledger, which comes by itself, reads them in a transaction, too.</summary>
    private const string Marker = "insert into finops.usage_key";

    private PostgresProxy? proxy;

    /// <summary>What becomes of the next commits of usage; thread-safe, because lanes commit side by side.</summary>
    internal Func<Cut> Decide { get; set; } = () => Cut.None;

    /// <summary>The next commit of usage is cut like this, and no other.</summary>
    internal void CutNext(Cut cut)
    {
        var left = 1;
        Decide = () => Interlocked.Exchange(ref left, 0) == 1 ? cut : Cut.None;
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        var direct = new NpgsqlConnectionStringBuilder(ConnectionString);
        proxy ??= new PostgresProxy(direct.Host!, direct.Port, Marker, () => Decide());
        builder.Configuration["ConnectionStrings:postgres"] = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            // The proxy knows a commit by its text, which goes over the wire each time only while nothing is prepared.
            MaxAutoPrepare = 0,
        }.ConnectionString;
    }

    /// <summary>Asks the database itself for a number.</summary>
    internal async Task<long> NumberAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (proxy is not null) await proxy.DisposeAsync();
    }
}
