using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>What tokens cost, beside what they were charged and what they should have cost.</summary>
/// <param name="Rows">One per cell with records or cost, in the order of their keys.</param>
/// <param name="Total">Everything summed, idle cost included.</param>
/// <param name="Basis">How cost met work.</param>
/// <param name="Currency">Of every amount; null where nothing has a price or a cost.</param>
/// <param name="TimeZone">Of hours, days and months.</param>
/// <param name="WeightSet">The work units behind the cost, by name.</param>
/// <param name="AsOf">The record time for which it answers; null is now.</param>
/// <param name="Completeness">What is missing, and how fresh it is.</param>
/// <param name="ExchangeRates">What amounts of other currencies were converted with, each amount at the rate of its time.</param>
public sealed record UnitCostReport(
    IReadOnlyList<UnitCostRow> Rows,
    UnitCostRow Total,
    CostBasis Basis,
    string? Currency,
    string TimeZone,
    string WeightSet,
    DateTimeOffset? AsOf,
    UnitCostCompleteness Completeness,
    IReadOnlyList<ExchangeRateView> ExchangeRates);

/// <summary>A row. Money is exact; figures per million tokens have 12 decimals, rounded half to even.</summary>
/// <param name="Kind">Usage, idle, unattributed or the total.</param>
/// <param name="Tenant">Null where not grouped by.</param>
/// <param name="Model">Null where not grouped by.</param>
/// <param name="Fleet">Null where not grouped by, and for usage that names none.</param>
/// <param name="RateClass">The price tier, such as <c>standard</c>, <c>200k</c> or <c>200k/batch</c>; null where not grouped by.</param>
/// <param name="Tag">The value of the tag asked for, <c>other</c> where it was no name; null where not grouped by, and for usage without that tag.</param>
/// <param name="BucketStart">The first instant of the hour, day or month; null where time is not grouped by.</param>
/// <param name="BucketLabel">Its name in the time zone asked for.</param>
/// <param name="Records">How many, failed ones included.</param>
/// <param name="IncompleteRecords">Those whose source left a quantity out.</param>
/// <param name="FailedRecords">Those of failed calls.</param>
/// <param name="Tokens">By class.</param>
/// <param name="Requests">Calls, where the source counts them.</param>
/// <param name="Seconds">Seconds, where the source counts them.</param>
/// <param name="ActualCost">Null where no cost is known, or where the key may not see it.</param>
/// <param name="Charge">Rates × quantities; null where no rate card applied.</param>
/// <param name="ChargeRounded">The charge, rounded once as its rate cards declare; null where they declare nothing, or not the same.</param>
/// <param name="UnpricedTokens">Tokens that the charge leaves out, for want of a rate.</param>
/// <param name="RateInherited">Whether a class took its parent's rate.</param>
/// <param name="ActualCostPerMillionTokens">Over the tokens whose cost is known.</param>
/// <param name="TargetCostPerMillionTokens">Over the tokens that have a target; of modelled targets at their design point.</param>
/// <param name="VariancePerMillionTokens">Actual less target, over the tokens that have both; in the total, idle cost included.</param>
/// <param name="Idle">Idle cost by its causes, of idle rows and of the total; empty elsewhere.</param>
/// <param name="CapacitySources">Of basis USAGE: from what the capacity of its hours with work is known.</param>
/// <param name="AskedTargetCostPerMillionTokens">Likewise, of modelled targets for the lengths and the cached share that were really asked.</param>
/// <param name="VarianceEffects">By basis ALLOCATION: why actual cost differs from the target; null where nothing has one.</param>
public sealed record UnitCostRow(
    RowKind Kind,
    string? Tenant,
    string? Model,
    string? Fleet,
    string? RateClass,
    string? Tag,
    DateTimeOffset? BucketStart,
    string? BucketLabel,
    long Records,
    long IncompleteRecords,
    long FailedRecords,
    TokenCounts Tokens,
    long Requests,
    long Seconds,
    decimal? ActualCost,
    decimal? Charge,
    decimal? ChargeRounded,
    long UnpricedTokens,
    bool RateInherited,
    decimal? ActualCostPerMillionTokens,
    decimal? TargetCostPerMillionTokens,
    decimal? VariancePerMillionTokens,
    IReadOnlyList<IdleCostView> Idle,
    IReadOnlyList<CapacityShareView> CapacitySources,
    decimal? AskedTargetCostPerMillionTokens,
    VarianceEffectsView? VarianceEffects)
{
    internal static UnitCostRow Of(CellKey key, UnitCostCell cell, ReportCalendars calendars)
    {
        var quantities = cell.Quantities;
        var (start, label) = calendars.Of(key);
        return new UnitCostRow(
            key.Kind, key.Tenant, key.Model, key.Fleet, key.RateClass, key.Tag, start, label,
            cell.Records, cell.IncompleteRecords, cell.FailedRecords, TokenCounts.Of(quantities),
            quantities[UnitClass.Requests], quantities[UnitClass.Seconds],
            cell.Cost, cell.Charge, cell.ChargeRounded, cell.UnpricedTokens, cell.InheritedTokens > 0,
            cell.CostPerMillionTokens, cell.TargetPerMillionTokens, cell.VariancePerMillionTokens,
            IdleCostView.Of(cell), CapacityShareView.Of(cell), cell.AskedTargetPerMillionTokens, VarianceEffectsView.Of(cell));
    }
}

/// <summary>Tokens by class; the classes are disjoint, the totals their sums.</summary>
[Name("Tokens")]
public sealed record TokenCounts(
    long InputTotal, long OutputTotal, long Total, long UncachedInput, long CacheRead, long CacheWrite, long Image, long AudioInput,
    long Output, long Reasoning, long AudioOutput)
{
    internal static TokenCounts Of(Quantities q) => new(
        q.InputTotal, q.OutputTotal, q.Total, q[UnitClass.UncachedInput], q[UnitClass.CacheRead], q[UnitClass.CacheWrite],
        q[UnitClass.Image], q[UnitClass.AudioInput], q[UnitClass.Output], q[UnitClass.Reasoning], q[UnitClass.AudioOutput]);
}

/// <summary>What a report could not know yet, or at all.</summary>
/// <param name="Provisional">Whether part of the window may still be restated by usage that arrives late.</param>
/// <param name="ProvisionalFrom">From when on.</param>
/// <param name="UnpricedTokens">Tokens in no charge, for want of a rate.</param>
/// <param name="UnpricedModels">Of these models.</param>
/// <param name="UnattributedRecords">Records without a known fleet.</param>
/// <param name="UncostedRecords">Records whose cost is not known: without a known fleet, or outside its cost lines.</param>
/// <param name="IncompleteRecords">Records whose source left a quantity out.</param>
/// <param name="TargetedTokensShare">The share of the tokens that has a target; null without tokens, or where targets may not be seen.</param>
/// <param name="RateInherited">Whether some class took its parent's rate.</param>
/// <param name="LastCommitAt">When usage was last committed; null where none was.</param>
/// <param name="RateCards">The rate cards behind the charges.</param>
/// <param name="UnpricedTokensShare">Of the tokens, to 12 decimals; null without any.</param>
/// <param name="UnattributedRecordsShare">Of the records, to 12 decimals; null without any.</param>
/// <param name="LastFactAt">When a price, a cost line or another fact of the books was last recorded; null where none was.</param>
public sealed record UnitCostCompleteness(
    bool Provisional,
    DateTimeOffset? ProvisionalFrom,
    long UnpricedTokens,
    IReadOnlyList<string> UnpricedModels,
    long UnattributedRecords,
    long UncostedRecords,
    long IncompleteRecords,
    decimal? TargetedTokensShare,
    bool RateInherited,
    DateTimeOffset? LastCommitAt,
    IReadOnlyList<RateCardUsed> RateCards,
    decimal? UnpricedTokensShare,
    decimal? UnattributedRecordsShare,
    DateTimeOffset? LastFactAt)
{
    internal Func<CancellationToken, Task<IReadOnlyList<FleetFreshness>>>? Heard { get; init; }

    /// <summary>When each registered fleet that is shown was last heard of; empty where other tenants' fleets may not be seen.</summary>
    public async Task<IReadOnlyList<FleetFreshness>> FleetsAsync(CancellationToken cancellation) => Heard is null ? [] : await Heard(cancellation);
}

/// <summary>A rate card behind a figure.</summary>
/// <param name="Model">The card's, also where usage came under an alias.</param>
/// <param name="Version">The ordinal among the model's cards as they were recorded.</param>
/// <param name="From">Since when it holds.</param>
public sealed record RateCardUsed(string Model, int Version, DateTimeOffset From);
