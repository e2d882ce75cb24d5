using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>Books and usage in few words. Hours count from the start of 2026-03-01.</summary>
internal static class Costs
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Later = Start.AddYears(1);

    public static FleetCost Fleet(string fleet, decimal perHour, double fromHour = 0, double? toHour = null, string currency = "USD") =>
        new SetFleetCost(fleet, Start.AddHours(fromHour), toHour is { } to ? Start.AddHours(to) : null, perHour, currency, null, null)
            .Decide(Start);

    public static RateCard Rates(string model, decimal inputPerMillion, decimal outputPerMillion, double fromHour = 0, string currency = "USD") =>
        new SetRateCard(
            model, Start.AddHours(fromHour), currency,
            [new SetRate("uncachedInput", null, inputPerMillion), new SetRate("output", null, outputPerMillion)]).Decide(Start);

    public static Target Target(string fleet, string model, decimal perMillion) =>
        new SetTarget(fleet, model, Start, perMillion, "USD").Decide(Start);

    public static Books Books(FleetCost[]? fleets = null, RateCard[]? rates = null, Target[]? targets = null) =>
        new(new RateBook(rates ?? []), new FleetBook(fleets ?? []), new TargetBook(targets ?? []));

    public static UsageSlot Used(
        string tenant, string model, string? fleet, double hour, long input, long output, long records = 1, string rateClass = "", string tags = "") => new(
        new UsageSeries(new TenantId(tenant), new ModelId(model), fleet is null ? null : new FleetId(fleet), RateClass.Parse(rateClass), tags),
        QuarterHour.Holding(Start.AddHours(hour)), records, 0, 0,
        Quantities.Of((UnitClass.UncachedInput, input), (UnitClass.Output, output), (UnitClass.Requests, records)));

    public static UnitCostSummary Ask(
        Books books, IReadOnlyList<UsageSlot> usage, Dimension[]? groupBy = null, double fromHour = 0, double toHour = 24,
        string[]? tenants = null, string[]? models = null, string[]? fleets = null, bool showsCost = true, DateTimeOffset? now = null,
        Currency? currency = null, string? chargeCurrency = null, string? tagKey = null, (string Key, string? Value)[]? tags = null,
        CostBasis basis = CostBasis.Allocation, FleetActivity? activity = null, bool explains = false)
    {
        var window = new Window(Start.AddHours(fromHour), Start.AddHours(toHour));
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = groupBy ?? [],
            Buckets = Buckets(window, groupBy ?? []),
            Tenants = tenants?.Select(t => new TenantId(t)).ToHashSet(),
            Models = models?.Select(m => new ModelId(m)).ToHashSet(),
            Fleets = fleets?.Select(f => new FleetId(f)).ToHashSet(),
            Tags = tags,
            TagKey = tagKey,
            ShowsCost = showsCost,
            ChargeCurrency = chargeCurrency is null ? null : new Currency(chargeCurrency),
            Now = now ?? Later,
            Currency = currency,
            Basis = basis,
            Explains = explains,
        };
        var sums = new UnitCostSums(question, books, activity);
        foreach (var hour in usage.GroupBy(u => (u.Series.Fleet, u.Slot.Hour))) sums.Add(hour.Key.Fleet, hour.Key.Hour, [.. hour]);
        var places = GraduatedCharges.Sharing(books.Rates, usage.Select(u => u.Series).Distinct(), window, s => s).Select((s, i) => (s, i)).ToDictionary();
        var counted = usage.Where(u => places.ContainsKey(u.Series) && u.Slot >= VolumeMonth.Holding(window.FirstSlot).First && u.Slot < window.EndSlot);
        foreach (var slot in counted.OrderBy(u => u.Slot).ThenBy(u => places[u.Series])) sums.AddInOrder(slot);
        return sums.Finish();
    }

    /// <summary>Buckets of UTC: what a zone's are is not the domain's knowledge.</summary>
    private static TimeBuckets Buckets(Window window, Dimension[] groupBy)
    {
        var slots = groupBy switch
        {
            _ when groupBy.Contains(Dimension.QuarterHour) => 1,
            _ when groupBy.Contains(Dimension.Hour) => 4,
            _ when groupBy.Contains(Dimension.Day) => 96,
            _ => 0,
        };
        if (slots == 0) return TimeBuckets.None;
        var starts = new List<QuarterHour>();
        for (var i = window.FirstSlot.Index / slots * slots; i < window.EndSlot.Index; i += slots) starts.Add(new QuarterHour(i));
        return new TimeBuckets(starts);
    }
}
