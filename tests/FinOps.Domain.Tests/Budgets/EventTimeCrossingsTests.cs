using CsCheck;
using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class EventTimeCrossingsTests
{
    [Fact]
    public void Records_come_by_time_then_id_then_source_as_text_and_the_first_that_reaches_a_limit_crosses_it()
    {
        MeasuredRecord[] records =
        [
            new(Now.AddTicks(1), "a", "s", 10m), new(Now, "r10", "s2", 3m), new(Now, "r9", "s1", 4m), new(Now, "r10", "s1", 2m), new(Now, "R10", "s1", 1m),
        ];

        var found = EventTimeCrossings.Among(100m, records, [101m, 102m, 103m, 106m, 107m, 120m, 120.01m]);

        Assert.Equal(
            ["R10 s1 101", "r10 s1 103", "r10 s1 103", "r10 s2 106", "r9 s1 110", "a s 120", null],
            found.Select(c => c is null ? null : FormattableString.Invariant($"{c.Id} {c.Source} {c.Cumulative}")));
    }

    [Fact]
    public void Whatever_the_order_of_arrival_the_answer_is_that_of_a_plain_sum_over_the_ordered_records() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 30], Gen.Int[0, 3], Gen.Int[0, 400]).Array[1, 40].Sample(drawn =>
        {
            var records = drawn.Select(d => new MeasuredRecord(Now.AddSeconds(d.Item1), $"id{d.Item2}", $"s{d.Item3}", d.Item4 / 7m)).Distinct().ToList();
            var limit = Math.Max(1m, records.Sum(r => r.Amount) * 0.6m);

            var found = EventTimeCrossings.Among(0, records.AsEnumerable().Reverse(), [limit])[0];

            var sum = 0m;
            var crossing = records.OrderBy(r => r.OccurredAt).ThenBy(r => r.Id, StringComparer.Ordinal).ThenBy(r => r.Source, StringComparer.Ordinal)
                .Select(r => (Record: r, Sum: sum += r.Amount)).FirstOrDefault(r => r.Sum >= limit);
            Assert.Equal((crossing.Record.Id, crossing.Record.Source), (found?.Id, found?.Source));
            Assert.Equal(crossing.Sum, found?.Cumulative ?? 0);
        });

    [Fact]
    public void What_records_carry_together_is_split_by_work_to_the_last_digit() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Int[0, 1000].Array[1, 20]).Sample((amount, work) =>
        {
            var whole = amount / 1_000_000_000m;

            var shares = EventTimeCrossings.Split(whole, [.. work.Select(w => (decimal)w)]);

            Assert.Equal(whole, shares.Sum());
            Assert.All(shares.Zip(work), s => Assert.True(s.First >= 0 && (s.Second > 0 || s.First == 0 || work.Sum() == 0)));
        });
}
