using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// How far a tenant's budgets were evaluated, measured by what only grows: its accepted records, their corrections, and the books' versions. Clocks play
/// no part, so a commit that was slow to become visible is not missed.
/// </summary>
internal sealed record BudgetWatch(string Tenant, long Accepted, long Corrected, long Rates, DateTimeOffset ReadAt, bool IsDue, BudgetWatch? Last)
{
    // Record time is the ledger's clock, cut to hours; another host's clock may be off by some.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);

    // What a fleet costs is a price too where a card charges by cost, and a budget may count cost.
    private const string RateVersions = "(select coalesce(sum(events), 0) from finops.book_stream)::bigint";

    // A raise that ends lowers the limit though nothing was used.
    private const string Due = "not d.closed and d.due_at <= now() and d.due_at > w.evaluated_at";

    // An amendment of what was voided takes one from the voided, so it counts twice: each correction makes it grow.
    private const string Corrections = "coalesce(sum(voided + 2 * amended), 0)::bigint";

    /// <summary>The tenants with open budgets and news.</summary>
    public static async Task<IReadOnlyList<string>> TenantsWithNewsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            with rates as (select {RateVersions} as versions),
                 budgets as (select distinct tenant from finops.budget where not closed),
                 tally as (select tenant, sum(accepted)::bigint as accepted, {Corrections} as corrected
                           from finops.ingestion_tally group by tenant)
            select b.tenant
            from budgets b join tally t on t.tenant = b.tenant cross join rates r left join finops.budget_watch w on w.tenant = b.tenant
            where w.tenant is null or t.accepted > w.accepted or t.corrected > w.corrected or r.versions > w.rates
              or exists (select from finops.budget d where d.tenant = b.tenant and {Due})
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
            select (select coalesce(sum(accepted), 0) from finops.ingestion_tally where tenant = $1)::bigint,
                   (select {Corrections} from finops.ingestion_tally where tenant = $1), {RateVersions},
                   w.accepted, w.corrected, w.rates, w.evaluated_at,
                   exists (select from finops.budget d where d.tenant = $1 and {Due})
            from (values (1)) one left join finops.budget_watch w on w.tenant = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var last = reader.IsDBNull(3)
            ? null
            : new BudgetWatch(
                tenant, reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetFieldValue<DateTimeOffset>(6), false, null);
        return new BudgetWatch(tenant, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), now, reader.GetBoolean(7), last);
    }

    /// <summary>Whether figures may have fallen: by a correction, another rate, or what nobody has looked at yet.</summary>
    public bool MayHaveTakenBack => Last is null || Last.Rates != Rates || Last.Corrected != Corrected;

    /// <summary>After a change of rates every day may have changed; else those with usage recorded since the last time.</summary>
    public async Task<int[]> DaysToEvaluateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var since = Last is null || Last.Rates != Rates || IsDue ? (DateTimeOffset?)null : Last.ReadAt - ClockSlack;
        return [.. await TouchedDays.ReadAsync(database, Tenant, since, cancellation)];
    }

    public async Task SaveAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into finops.budget_watch (tenant, accepted, rates, evaluated_at, corrected) values ($1, $2, $3, $4, $5)
            on conflict (tenant) do update
              set accepted = excluded.accepted, rates = excluded.rates, evaluated_at = excluded.evaluated_at, corrected = excluded.corrected
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = Accepted });
        command.Parameters.Add(new NpgsqlParameter { Value = Rates });
        command.Parameters.Add(new NpgsqlParameter { Value = ReadAt.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = Corrected });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
