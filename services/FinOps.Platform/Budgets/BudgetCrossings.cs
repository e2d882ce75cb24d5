using System.Data;
using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Which records took a budget to its limits, in event-time order: the buckets tell the quarter-hours, with the figures of the reports, and
/// only those quarter-hours' records are read. What was voided or amended since is not in it, what came late is, and a new price counts.
/// </summary>
public sealed class BudgetCrossings(NpgsqlDataSource database, IDocumentStore store, LiveBooks books, TimeProvider clock)
{
    /// <summary>Records of one quarter-hour that are held in memory; of a busier one, its seconds come first.</summary>
    internal int RecordsAtOnce { get; init; } = Limits.RecordsPerCrossing;

    /// <param name="terms">The budget's.</param>
    /// <param name="window">One of its periods.</param>
    /// <param name="limits">In the measure's unit, above zero.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Per limit the record that reached it; null where none did, and for a quotient, which no record reaches.</returns>
    public async Task<IReadOnlyList<CrossingRecord?>> OfAsync(
        BudgetTerms terms, Window window, IReadOnlyList<decimal> limits, CancellationToken cancellation)
    {
        if (terms.Measure.IsRatio()) return [.. limits.Select(_ => (CrossingRecord?)null)];
        var now = await books.NowAsync(cancellation);
        var question = BudgetQuestion.Of(terms, window, clock.GetUtcNow(), Dimension.QuarterHour);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var reading = await ReadUnitCost.OfAsync(connection, question, now, cancellation);
        return await AmongAsync(new Snapshot(connection, now, question, reading, terms), limits, cancellation);
    }

    private async Task<IReadOnlyList<CrossingRecord?>> AmongAsync(
        Snapshot snapshot, IReadOnlyList<decimal> limits, CancellationToken cancellation)
    {
        var summary = await snapshot.Reading.SumAsync(snapshot.Connection, snapshot.Question, snapshot.Books, asOf: null, cancellation);
        var slots = summary.Rows.GroupBy(r => r.Key.Bucket).OrderBy(g => g.Key)
            .Select(g => new SlotSum(
                snapshot.Question.Buckets.StartOf(g.Key), g.Sum(r => snapshot.Terms.Measure.Of(r.Cell)), g.Sum(r => r.Cell.Records))).ToList();
        var reached = limits.Select(limit => EventTimeCrossings.FirstReaching(0, slots.Select(s => s.Amount), limit)).ToList();
        var found = new CrossingRecord?[limits.Count];
        foreach (var step in reached.OfType<ReachedStep>().Distinct())
        {
            var asked = Enumerable.Range(0, limits.Count).Where(i => reached[i] == step).ToList();
            var crossed = await OfSlotAsync(snapshot, slots[step.Step], step.Before, [.. asked.Select(i => limits[i])], cancellation);
            for (var i = 0; i < asked.Count; i++) found[asked[i]] = crossed[i];
        }

        return found;
    }

    private async Task<IReadOnlyList<CrossingRecord?>> OfSlotAsync(
        Snapshot snapshot, SlotSum slot, decimal before, IReadOnlyList<decimal> limits, CancellationToken cancellation)
    {
        if (slot.Records > RecordsAtOnce) return await OfBusySlotAsync(snapshot, slot, before, limits, cancellation);
        var records = await RecordsAsync(snapshot, slot.Slot.Start, slot.Slot.End, cancellation);
        var amounts = await RecordAmounts.OfAsync(snapshot, slot.Slot, records, clock, cancellation);
        RequireSum(slot, amounts.Sum());
        return EventTimeCrossings.Among(before, records.Zip(amounts, Measured), limits);
    }

    /// <summary>First the sums of its seconds, then the records of those that count: what is held in memory stays small.</summary>
    private async Task<IReadOnlyList<CrossingRecord?>> OfBusySlotAsync(
        Snapshot snapshot, SlotSum slot, decimal before, IReadOnlyList<decimal> limits, CancellationToken cancellation)
    {
        var seconds = new decimal[(int)QuarterHour.Length.TotalSeconds];
        await CountedRecords.ReadAsync(
            snapshot.Connection, store.Options.Serializer(), snapshot.Meters, slot.Slot.Start, slot.Slot.End,
            (_, sign, record) =>
            {
                if (!snapshot.Shows(record)) return;
                var amount = RecordAmounts.Alone(snapshot, record) ?? throw new RejectedException(new Rejection(
                    "crossing_too_busy", "crossingsByEventTime",
                    $"The quarter-hour {slot.Slot.Start:yyyy-MM-dd'T'HH:mm'Z'} has {slot.Records} records whose amounts depend on each other; at most {RecordsAtOnce} are put in order."));
                seconds[(int)((record.OccurredAt - slot.Slot.Start).Ticks / TimeSpan.TicksPerSecond)] += sign * amount;
            },
            cancellation);
        RequireSum(slot, seconds.Sum());
        var found = new CrossingRecord?[limits.Count];
        for (var i = 0; i < limits.Count; i++)
        {
            var reached = EventTimeCrossings.FirstReaching(before, seconds, limits[i])!.Value;
            var start = slot.Slot.Start.AddSeconds(reached.Step);
            var records = await RecordsAsync(snapshot, start, start.AddSeconds(1), cancellation);
            found[i] = EventTimeCrossings.Among(
                reached.Before, records.Select(r => Measured(r, RecordAmounts.Alone(snapshot, r)!.Value)), [limits[i]])[0];
        }

        return found;
    }

    private async Task<IReadOnlyList<UsageRecord>> RecordsAsync(
        Snapshot snapshot, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var counted = new Dictionary<(string Stream, string Source, string Id), UsageRecord>();
        await CountedRecords.ReadAsync(
            snapshot.Connection, store.Options.Serializer(), snapshot.Meters, from, to,
            (stream, sign, record) =>
            {
                if (!snapshot.Shows(record)) return;
                if (sign > 0) counted[(stream, record.Source, record.Id)] = record;
                else counted.Remove((stream, record.Source, record.Id));
            },
            cancellation);
        return [.. counted.Values];
    }

    // Both are read in one snapshot.
    private static void RequireSum(SlotSum slot, decimal amount) => Invariant.Require(amount == slot.Amount, "the records of a quarter-hour sum to its buckets");

    private static MeasuredRecord Measured(UsageRecord record, decimal amount) => new(record.OccurredAt, record.Id, record.Source, amount);

    /// <summary>What a period's question was answered from.</summary>
    internal sealed record Snapshot(NpgsqlConnection Connection, Books Books, UnitCostQuestion Question, ReadUnitCost Reading, BudgetTerms Terms)
    {
        /// <summary>Whose streams may hold records of the budget.</summary>
        public IReadOnlyList<Meter> Meters { get; } =
            [.. Reading.Hourly.Where(s => Question.Shows(s.Series)).Select(s => new Meter(s.Series.Tenant, s.Series.Model)).Distinct()];

        private readonly Dictionary<Meter, MeterRates> rates = [];

        /// <returns>The card that prices the record; null where none does.</returns>
        public RateCard? CardOf(UsageRecord record)
        {
            if (!rates.TryGetValue(record.Meter, out var known)) rates[record.Meter] = known = Books.Rates.Of(record.Tenant, record.Model);
            return known.At(record.Slot);
        }

        public bool Shows(UsageRecord record) => Question.Shows(RecordAmounts.SeriesOf(record));
    }

    private sealed record SlotSum(QuarterHour Slot, decimal Amount, long Records);
}
