using FinOps.Domain.Tenants;
using FinOps.Platform.Pricing;
using GraphQL;
using NodaTime;

namespace FinOps.Platform.Tenants;

/// <summary>What is known of a tenant from an instant on; the same in GraphQL and in files.</summary>
[Name("TenantInput")]
public sealed class TenantInput : IBookInput
{
    public required string Tenant { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>By default the tenant's own name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>ISO 4217: what `currency: "TENANT"` shows its figures in.</summary>
    public string? Currency { get; init; }

    /// <summary>IANA: what `timeZone: "TENANT"` takes its days and months from; by default UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>1 to 28; by default the first.</summary>
    public int? MonthStartsOnDay { get; init; }

    /// <summary>Whether its contract shows it cost, target and margin; by default not.</summary>
    public bool? ShowsCost { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => TenantSet.Entry(Decide(now), From is not null, now, by);

    public TenantProfile Decide(DateTimeOffset now) =>
        new SetTenant(Tenant, From, DisplayName, Currency, TimeZone, MonthStartsOnDay, ShowsCost ?? false)
            .Decide(now, DateTimeZoneProviders.Tzdb.Ids.Contains);
}
