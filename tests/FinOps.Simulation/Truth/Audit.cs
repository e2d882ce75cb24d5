using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Simulation.Load;

namespace FinOps.Simulation.Truth;

/// <summary>Compares the books with the oracle: a cell after each commit, everything once all is at rest.</summary>
internal sealed class Audit(World world)
{
    public void Check(Cell cell)
    {
        if (cell == default) return;
        var key = new BucketKey(
            new TenantId(cell.Tenant), new ModelId(cell.Model), cell.Fleet, new QuarterHour((int)cell.Quarter), RateClass.Parse(cell.RateClass),
            cell.Tags);
        var row = world.Books.Buckets.GetValueOrDefault(key.Tenant)?.GetValueOrDefault((key, (int)cell.RecordedHour));
        if (row is null || !world.Oracle.Cells.Match(cell, row))
            world.Oracle.Violated($"{cell} holds {row?.ToString() ?? "nothing"} and should hold {world.Oracle.Cells.Text(cell)}");
    }

    public void CheckAtRest()
    {
        EveryBatchWasAnswered();
        BucketsAreTheFacts();
        BucketsAreTheFoldOfEvents();
        AsOfIsASumOfWhatWasRecordedByThen();
        VerdictsAddUp();
        EachCrossingAlertedOnce();
    }

    private void EveryBatchWasAnswered()
    {
        foreach (var batch in world.Oracle.Answers.Unanswered) world.Oracle.Violated($"batch {batch} was never answered");
        if (world.Broker.DeadLetters.Count > 0) world.Oracle.Violated($"{world.Broker.DeadLetters.Count} dead letters are left");
    }

    private void BucketsAreTheFacts()
    {
        var rows = 0;
        foreach (var (key, hour) in world.Books.Buckets.Values.SelectMany(b => b.Keys))
        {
            rows++;
            Check(Cell.Of(key, hour));
        }

        Require(rows == world.Oracle.Cells.Count, $"{rows} rows of buckets, where {world.Oracle.Cells.Count} have usage");
    }

    private void BucketsAreTheFoldOfEvents()
    {
        var folded = new Dictionary<BucketKey, Bucket>();
        foreach (var stored in world.Books.Streams.Values.SelectMany(e => e)) LedgerFold.Add(folded, stored);
        var summed = world.Books.Buckets.Values.SelectMany(b => b).GroupBy(b => b.Key.Key).ToDictionary(g => g.Key, g => Sum(g.Select(b => b.Value)));
        Require(
            folded.Count == summed.Count && folded.All(f => summed.TryGetValue(f.Key, out var bucket) && bucket == f.Value),
            "the buckets are not the fold of the events");
    }

    private void AsOfIsASumOfWhatWasRecordedByThen()
    {
        foreach (var hour in world.Oracle.Counted.Values.Select(c => Cells.HourOf(c.RecordedAt.UtcTicks)).Distinct())
        {
            var records = world.Oracle.Counted.Values.Count(c => Cells.HourOf(c.RecordedAt.UtcTicks) <= hour);
            var summed = world.Books.Buckets.Values.SelectMany(b => b).Where(b => b.Key.RecordedHour <= hour).Sum(b => b.Value.Records);
            Require(records == summed, $"as of hour {hour} the buckets tell {summed} records, {records} were recorded");
        }
    }

    private void VerdictsAddUp()
    {
        var (tally, told) = (world.Books.Tally, world.Oracle.Answers.Told);
        Require(tally.GetValueOrDefault(RecordOutcome.Accepted) == world.Oracle.Counted.Count, "the tally of accepted is not the books'");
        foreach (var outcome in (RecordOutcome[])[RecordOutcome.Accepted, RecordOutcome.Duplicate, RecordOutcome.Conflict])
            Require(told[(int)outcome] <= tally.GetValueOrDefault(outcome), $"more {outcome} were told than written");
        Require(told[3] <= world.Books.Refused, "more were told quarantined than kept");
        Require(world.Books.Keys.Count == world.Oracle.Counted.Count, "keys and counted records differ in number");
    }

    private void EachCrossingAlertedOnce()
    {
        foreach (var (id, tenant, amount) in Tariff.Budgets)
        {
            foreach (var month in Months(tenant))
            {
                var spend = Bill.Of(world.Oracle, tenant, month);
                foreach (var percent in new[] { 50m, 80m, 100m })
                {
                    var alert = AlertId.Of(new BudgetId(id), new Crossing(month, percent));
                    Require(
                        world.Oracle.WasAlerted(alert) == spend >= amount * percent / 100,
                        $"{alert} was {(world.Oracle.WasAlerted(alert) ? "" : "not ")}raised; the spend is {spend} of {amount}");
                }
            }
        }
    }

    private IEnumerable<DateTimeOffset> Months(string tenant) => world.Oracle.Counted.Values
        .Where(c => c.Facts.Identity.Tenant == tenant).Select(c => new DateTime(c.Facts.OccurredTicks, DateTimeKind.Utc))
        .Select(d => new DateTimeOffset(d.Year, d.Month, 1, 0, 0, 0, TimeSpan.Zero)).Distinct();

    private static Bucket Sum(IEnumerable<Bucket> rows) => rows.Aggregate((a, b) => new Bucket(
        a.Records + b.Records, a.Incomplete + b.Incomplete, a.Failed + b.Failed, a.Quantities + b.Quantities));

    private void Require(bool holds, string otherwise)
    {
        if (!holds) world.Oracle.Violated(otherwise);
    }
}
