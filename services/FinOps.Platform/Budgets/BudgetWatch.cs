using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// How far a tenant's budgets were evaluated, measured by what only grows: its accepted records and the rate cards' versions. Clocks play
/// no part, so a commit that was slow to become visible is not missed.
/// </summary>
internal sealed record BudgetWatch(string Tenant, long Accepted, long Rates, DateTimeOffset ReadAt, BudgetWatch? Last)
{
    // Record time is the ledger's clock, cut to hours; another host's clock may be off by some.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);

    // What a fleet costs is a price too where a card charges by cost.
    private const string RateVersions =
        "(select coalesce(sum(events), 0) from finops.book_stream where stream like 'rate-card/%' or stream like 'fleet/%')::bigint";

    /// <summary>The tenants with open budgets and news.</summary>
    public static async Task<IReadOnlyList<string>> TenantsWithNewsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            with rates as (select {RateVersions} as versions),
                 budgets as (select distinct tenant from finops.budget where not closed),
                 tally as (select tenant, sum(accepted)::bigint as accepted from finops.ingestion_tally group by tenant)
            select b.tenant
            from budgets b join tally t on t.tenant = b.tenant cross join rates r left join finops.budget_watch w on w.tenant = b.tenant
            where w.tenant is null or t.accepted > w.accepted or r.versions > w.rates
            order by b.tenant
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellation)) tenants.Add(reader.GetString(0));
        return tenants;
    }

    public static async Task<BudgetWatch> ReadAsync(
        NpgsqlDataSource database, string tenant, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select (select coalesce(sum(accepted), 0) from finops.ingestion_tally where tenant = $1)::bigint, {RateVersions},
                   w.accepted, w.rates, w.evaluated_at
            from (values (1)) one left join finops.budget_watch w on w.tenant = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var last = reader.IsDBNull(2)
            ? null
            : new BudgetWatch(tenant, reader.GetInt64(2), reader.GetInt64(3), reader.GetFieldValue<DateTimeOffset>(4), null);
        return new BudgetWatch(tenant, reader.GetInt64(0), reader.GetInt64(1), now, last);
    }

    /// <summary>After a change of rates every day may have changed; else those with usage recorded since the last time.</summary>
    public async Task<int[]> DaysToEvaluateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var since = Last is null || Last.Rates != Rates ? (DateTimeOffset?)null : Last.ReadAt - ClockSlack;
        return [.. await TouchedDays.ReadAsync(database, Tenant, since, cancellation)];
    }

    public async Task SaveAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into finops.budget_watch (tenant, accepted, rates, evaluated_at) values ($1, $2, $3, $4)
            on conflict (tenant) do update
              set accepted = excluded.accepted, rates = excluded.rates, evaluated_at = excluded.evaluated_at
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = Accepted });
        command.Parameters.Add(new NpgsqlParameter { Value = Rates });
        command.Parameters.Add(new NpgsqlParameter { Value = ReadAt.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
