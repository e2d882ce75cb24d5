using System.Diagnostics;
using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;
using Snapshot = FinOps.Platform.Budgets.BudgetCrossings.Snapshot;

namespace FinOps.Platform.Budgets;

/// <summary>
/// What each record of one quarter-hour adds to its budget, by the rates that reports use. A record whose amount depends on others gets it in
/// the reports' order: units of the month by series and then by event time; cost, and charges that follow cost, in proportion to work.
/// </summary>
internal static class RecordAmounts
{
    /// <returns>What the record adds by itself; null where that depends on other records.</returns>
    public static decimal? Alone(Snapshot snapshot, UsageRecord record) => snapshot.Terms.Measure switch
    {
        BudgetMeasure.Charge => snapshot.CardOf(record) switch
        {
            null => 0m,
            { } card when card.Currency != snapshot.Terms.Amount.Currency && !card.IsMarkup => 0m,
            { IsGraduated: false, IsMarkup: false } card => card.ChargeFor(record.Quantities, SeriesOf(record).RateClass).Amount,
            _ => null,
        },
        BudgetMeasure.Cost => null,
        BudgetMeasure.Tokens => record.Quantities.Total,
        BudgetMeasure.InputTokens => record.Quantities.InputTotal,
        BudgetMeasure.OutputTokens => record.Quantities.OutputTotal,
        BudgetMeasure.Requests => 1,
        _ => throw new UnreachableException(snapshot.Terms.Measure.ToString()),
    };

    /// <param name="snapshot">What the quarter-hour was found in.</param>
    /// <param name="slot">The quarter-hour.</param>
    /// <param name="records">All of the budget's records in it.</param>
    /// <param name="clock">Now.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>One per record.</returns>
    public static async Task<decimal[]> OfAsync(
        Snapshot snapshot, QuarterHour slot, IReadOnlyList<UsageRecord> records, TimeProvider clock, CancellationToken cancellation)
    {
        var alone = records.Select(r => Alone(snapshot, r)).ToArray();
        if (alone.All(a => a is not null)) return Array.ConvertAll(alone, a => a!.Value);
        var amounts = Array.ConvertAll(alone, a => a ?? 0m);
        var rest = Enumerable.Range(0, records.Count).Where(i => alone[i] is null).ToList();
        var graduated = rest.Where(i => IsGraduated(snapshot, records[i])).ToLookup(i => SeriesOf(records[i]));
        if (graduated.Count > 0) await ByMonthsUnitsAsync(snapshot, slot, records, graduated, amounts, cancellation);
        var byCost = rest.Where(i => !IsGraduated(snapshot, records[i])).ToList();
        if (byCost.Count > 0) await ByWorkAsync(snapshot, slot, records, byCost, amounts, clock, cancellation);
        return amounts;
    }

    public static UsageSeries SeriesOf(UsageRecord record)
    {
        var key = BucketKey.Of(record);
        return new UsageSeries(record.Tenant, record.Model, record.Fleet is null ? null : new FleetId(record.Fleet), key.RateClass, key.Tags);
    }

    /// <summary>Replays the units of the month up to the quarter-hour, and in it record after record.</summary>
    private static async Task ByMonthsUnitsAsync(
        Snapshot snapshot, QuarterHour slot, IReadOnlyList<UsageRecord> records, ILookup<UsageSeries, int> graduated, decimal[] amounts,
        CancellationToken cancellation)
    {
        var charges = new GraduatedCharges();
        var (start, end) = (VolumeMonth.Holding(slot).First, new QuarterHour(slot.Index + 1));
        await foreach (var usage in UsageInOrder.SlotsAsync(
            snapshot.Connection, snapshot.Reading.InOrder, start, end, recordedBefore: null, cancellation))
        {
            var card = snapshot.Books.Rates.Of(usage.Series.Tenant, usage.Series.Model).At(usage.Slot);
            if (usage.Slot != slot || !graduated.Contains(usage.Series))
            {
                charges.Of(card, usage);
                continue;
            }

            foreach (var i in graduated[usage.Series].OrderBy(i => records[i], ByEventTime))
                amounts[i] = charges.Of(card, new UsageSlot(usage.Series, slot, 1, 0, 0, records[i].Quantities))!.Value.Amount;
        }
    }

    /// <summary>Shares what a report says of the records' meters and fleets.</summary>
    private static async Task ByWorkAsync(
        Snapshot snapshot, QuarterHour slot, IReadOnlyList<UsageRecord> records, List<int> byCost, decimal[] amounts, TimeProvider clock,
        CancellationToken cancellation)
    {
        var question = BudgetQuestion.Of(
            snapshot.Terms, new Window(slot.Start, slot.End), clock.GetUtcNow(), null, Dimension.Model, Dimension.Fleet, Dimension.RateClass);
        var summary = await snapshot.Reading.SumAsync(snapshot.Connection, question, snapshot.Books, asOf: null, cancellation);
        var cells = summary.Rows.ToDictionary(r => (r.Key.Model, r.Key.Fleet, r.Key.RateClass), r => snapshot.Terms.Measure.Of(r.Cell));
        foreach (var cell in byCost.GroupBy(i => (records[i].Model.Value, records[i].Fleet, SeriesOf(records[i]).RateClass.Label)))
        {
            var places = cell.OrderBy(i => records[i], ByEventTime).ToList();
            var shares = EventTimeCrossings.Split(cells.GetValueOrDefault(cell.Key), [.. places.Select(i => WorkOf(snapshot, records[i]))]);
            for (var i = 0; i < shares.Length; i++) amounts[places[i]] = shares[i];
        }
    }

    private static decimal WorkOf(Snapshot snapshot, UsageRecord record) => record.Fleet is { } fleet
        ? snapshot.Books.Weights.At(new FleetId(fleet), new QuarterHour(record.Slot.Hour * FleetHours.Quarters)).Of(record.Quantities)
        : 0;

    private static bool IsGraduated(Snapshot snapshot, UsageRecord record) =>
        snapshot.Terms.Measure == BudgetMeasure.Charge && snapshot.CardOf(record) is { IsGraduated: true };

    private static readonly Comparer<UsageRecord> ByEventTime = Comparer<UsageRecord>.Create((left, right) => EventTimeCrossings.Order.Compare(
        new MeasuredRecord(left.OccurredAt, left.Id, left.Source, 0), new MeasuredRecord(right.OccurredAt, right.Id, right.Source, 0)));
}
