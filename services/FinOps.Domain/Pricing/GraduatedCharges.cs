using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>
/// Charges usage by the units of its month, slot after slot: a slot's charge depends on the units before it and on nothing else, so parts of
/// a month sum to the month. Within a slot, fleets come ordinal (none first), then rate classes by context and tier.
/// </summary>
public sealed class GraduatedCharges
{
    private readonly Dictionary<(TenantId, ModelId), UnitsOfMonth> accounts = [];
    private (QuarterHour First, QuarterHour End) month;
    private QuarterHour last = new(int.MinValue);

    /// <param name="card">That prices the usage then; null is none.</param>
    /// <param name="usage">Not before the one that came last; from the month's start, all of the tenant's usage of the model.</param>
    /// <returns>Null where its card is not graduated: its units count all the same.</returns>
    public Charge? Of(RateCard? card, UsageSlot usage)
    {
        Invariant.Require(usage.Slot >= last, "units of a month are counted in the order of time");
        last = usage.Slot;
        if (usage.Slot >= month.End || accounts.Count == 0)
        {
            month = VolumeMonth.Holding(usage.Slot);
            accounts.Clear();
        }

        var account = AccountOf(usage.Series.Tenant, card?.Model ?? usage.Series.Model);
        if (card is null || card.IsMarkup)
        {
            foreach (var unitClass in UnitClass.All) account.Count(unitClass, usage.Quantities[unitClass]);
            return null;
        }

        var charge = card.ChargeFor(usage.Quantities, usage.Series.RateClass, account);
        return card.IsGraduated ? charge : null;
    }

    /// <summary>The series that share an account with graduated usage somewhere in the window's months, in the order in which a slot counts them.</summary>
    /// <param name="rates">The cards.</param>
    /// <param name="series">Every series of each tenant of interest.</param>
    /// <param name="window">Its months are counted from their start.</param>
    public static IReadOnlyList<T> Sharing<T>(RateBook rates, IEnumerable<T> series, Window window, Func<T, UsageSeries> of)
    {
        if (!rates.HasGraduated) return [];
        var first = VolumeMonth.Holding(window.FirstSlot).First;
        var accounts = series.Select(entry => (Entry: entry, Accounts: AccountsOf(rates, of(entry), first, window.EndSlot))).ToList();
        var graduated = accounts.SelectMany(s => s.Accounts.Where(a => a.IsGraduated).Select(a => (of(s.Entry).Tenant, a.Model))).ToHashSet();
        return
        [
            .. accounts.Where(s => s.Accounts.Any(a => graduated.Contains((of(s.Entry).Tenant, a.Model)))).Select(s => s.Entry)
                .OrderBy(s => of(s).Fleet?.Value ?? "", StringComparer.Ordinal)
                .ThenBy(s => of(s).RateClass.ContextAboveTokens).ThenBy(s => of(s).RateClass.Tier)
                .ThenBy(s => of(s).Tenant.Value, StringComparer.Ordinal).ThenBy(s => of(s).Model.Value, StringComparer.Ordinal)
                .ThenBy(s => of(s).Tags, StringComparer.Ordinal),
        ];
    }

    /// <summary>Its own name counts where no card holds, so it is always among them.</summary>
    private static List<(ModelId Model, bool IsGraduated)> AccountsOf(RateBook rates, UsageSeries series, QuarterHour first, QuarterHour end) =>
        [.. rates.Of(series.Tenant, series.Model).Between(first, end).Select(s => (s.Card.Model, s.Card.IsGraduated)), (series.Model, false)];

    private UnitsOfMonth AccountOf(TenantId tenant, ModelId model)
    {
        if (!accounts.TryGetValue((tenant, model), out var account)) accounts[(tenant, model)] = account = new UnitsOfMonth();
        return account;
    }
}
