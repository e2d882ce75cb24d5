using FinOps.Domain.Values;

namespace FinOps.Domain.Tenants;

/// <summary>What is known of a tenant from an instant on, until its next profile.</summary>
/// <param name="Tenant">The tenant, as usage names it.</param>
/// <param name="From">On a quarter-hour.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Currency">In which it is shown figures; null where none was agreed.</param>
/// <param name="TimeZone">IANA; its days and months.</param>
/// <param name="MonthStartsOnDay">The day, 1 to 28, on which its accounting months begin.</param>
/// <param name="ShowsCost">Whether its contract shows it cost, target and margin.</param>
public sealed record TenantProfile(
    TenantId Tenant, DateTimeOffset From, string DisplayName, Currency? Currency, string TimeZone, int MonthStartsOnDay, bool ShowsCost);
