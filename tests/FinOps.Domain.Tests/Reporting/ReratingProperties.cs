using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>Random books, random usage, random facts behind them.</summary>
public sealed class ReratingProperties
{
    private const int Hours = 8;

    private static readonly Dimension[] ByAtom = [Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.Hour];

    /// <param name="Kind">A fleet's cost, a rate card, or a target.</param>
    /// <param name="Index">Of which fleet or model.</param>
    /// <param name="Quarter">From when on.</param>
    /// <param name="Amount">Some money.</param>
    private sealed record Said(int Kind, int Index, int Quarter, decimal Amount);

    private static readonly Gen<Said[]> GenFacts =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, Hours * 4 - 1], Gen.Int[1, 999_999_999])
            .Select((kind, index, quarter, amount) => new Said(kind, index, quarter, amount / 10_000_000m)).Array[0, 12];

    private static readonly Gen<UsageSlot[]> GenUsage =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, Hours * 4 - 1], Gen.Long[0, 9_999], Gen.Long[0, 999]).Array[0, 60].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4))
            .Select(p => Used($"t{p.Item1}", $"m{p.Item2}", p.Item3 == 3 ? null : $"f{p.Item3}", p.Item4 / 4.0, p.Item5, p.Item6))
            .ToArray());

    [Fact]
    public void Forth_and_back_is_the_identity()
    {
        Check.Sample(Gen.Select(GenFacts, GenFacts, GenUsage), (recorded, rerated, usage) =>
        {
            var before = new Recorded().Then(recorded);
            var forth = rerated.Where(said => before.Knows(said)).ToArray();
            var after = before.Then(forth);
            var back = after.Restating(before, forth);
            return Figures(back.Books, usage) == Figures(before.Books, usage)
                && Compare(before.Books, back.Books, usage).Rows.Count == 0;
        });
    }

    [Fact]
    public void What_a_comparison_tells_is_the_difference_of_the_two_reports_to_the_last_digit()
    {
        Check.Sample(Gen.Select(GenFacts, GenFacts, GenUsage), (recorded, rerated, usage) =>
        {
            var (before, after) = (new Recorded().Then(recorded).Books, new Recorded().Then(recorded).Then(rerated).Books);
            var moved = Compare(before, after, usage);
            var (one, other) = (Ask(before, usage, ByAtom, toHour: Hours), Ask(after, usage, ByAtom, toHour: Hours));
            return (moved.After.Cost ?? 0) - (moved.Before.Cost ?? 0) == (other.Total.Cost ?? 0) - (one.Total.Cost ?? 0)
                && (moved.After.Charge ?? 0) - (moved.Before.Charge ?? 0) == (other.Total.Charge ?? 0) - (one.Total.Charge ?? 0)
                && (moved.After.TargetCost ?? 0) - (moved.Before.TargetCost ?? 0) == (other.Total.TargetCost ?? 0) - (one.Total.TargetCost ?? 0)
                && moved.AtomsMoved == MovedAtoms(one, other);
        });
    }

    [Fact]
    public void Back_moves_as_much_as_forth()
    {
        Check.Sample(Gen.Select(GenFacts, GenFacts, GenUsage), (recorded, rerated, usage) =>
        {
            var (before, after) = (new Recorded().Then(recorded).Books, new Recorded().Then(recorded).Then(rerated).Books);
            var (forth, back) = (Compare(before, after, usage), Compare(after, before, usage));
            return forth.Before == back.After && forth.After == back.Before && forth.AtomsMoved == back.AtomsMoved
                && forth.IdleHoursMoved == back.IdleHoursMoved && forth.Rows.Select(r => r.Key).SequenceEqual(back.Rows.Select(r => r.Key));
        });
    }

    internal static RatingDifference Compare(Books before, Books after, IReadOnlyList<UsageSlot> usage)
    {
        var comparison = new RatingComparison(
            new Window(Start, Start.AddHours(Hours)), new TimeBuckets([QuarterHour.Holding(Start)]), Later,
            before, after);
        foreach (var hour in usage.GroupBy(u => (u.Series.Fleet, u.Slot.Hour))) comparison.Add(hour.Key.Fleet, hour.Key.Hour, [.. hour]);
        foreach (var fleet in before.Fleets.Fleets.Union(after.Fleets.Fleets)) comparison.AddIdle(fleet);
        return comparison.Finish();
    }

    private static int MovedAtoms(UnitCostSummary before, UnitCostSummary after)
    {
        var (one, other) = (Atoms(before), Atoms(after));
        return one.Keys.Union(other.Keys).Count(atom => one.GetValueOrDefault(atom) != other.GetValueOrDefault(atom));

        // A fleet that becomes known moves its usage from one kind of row to another: the same atom.
        static Dictionary<(string?, string?, string?, int), (decimal?, decimal?, decimal?)> Atoms(UnitCostSummary summary) =>
            summary.Rows.Where(r => r.Key.Kind is RowKind.Usage or RowKind.Unattributed).ToDictionary(
                r => (r.Key.Tenant, r.Key.Model, r.Key.Fleet, r.Key.Bucket), r => (r.Cell.Charge, r.Cell.Cost, r.Cell.TargetCost));
    }

    /// <summary>All that a report shows, in one text.</summary>
    private static string Figures(Books books, IReadOnlyList<UsageSlot> usage) => string.Join(
        '\n', Ask(books, usage, [Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.QuarterHour], toHour: Hours).Rows.Select(r =>
            $"{r.Key} {r.Cell.Cost} {r.Cell.Charge} {r.Cell.TargetCost} {r.Cell.VariancePerMillionTokens} {r.Cell.UnpricedTokens} {r.Cell.UncostedRecords}"));

    /// <summary>Books with the facts that they are made of.</summary>
    private sealed record Recorded
    {
        private IReadOnlyList<FleetCost> Costs { get; init; } = [];

        private IReadOnlyList<RateCard> Cards { get; init; } = [];

        private IReadOnlyList<Target> Targets { get; init; } = [];

        public Books Books => new(new RateBook(Cards), new FleetBook(Costs), new TargetBook(Targets));

        public Recorded Then(IEnumerable<Said> facts) => facts.Aggregate(this, (books, said) => said.Kind switch
        {
            // Every other cost ends after two hours, so that hours without any cost come about.
            0 => books with { Costs = [.. books.Costs, Fleet($"f{said.Index}", said.Amount, said.Quarter / 4.0, said.Quarter % 2 == 0 ? null : said.Quarter / 4.0 + 2)] },
            1 => books with { Cards = [.. books.Cards, Rates($"m{said.Index}", said.Amount, said.Amount * 3, said.Quarter / 4.0)] },
            _ => books with { Targets = [.. books.Targets, Target($"f{said.Index}", "m0", said.Amount) with { From = Slot(said).Start }] },
        });

        /// <summary>Whether something of the kind holds then, so that it can be restated.</summary>
        public bool Knows(Said said) => said.Kind switch
        {
            0 => CostAt(said) is not null,
            1 => CardAt(said) is not null,
            _ => TargetAt(said) is not null,
        };

        /// <summary>Says behind all of it what held before, from the same instants on.</summary>
        public Recorded Restating(Recorded before, IEnumerable<Said> facts) => facts.Aggregate(this, (books, said) => said.Kind switch
        {
            0 => books with { Costs = [.. books.Costs, before.CostAt(said)! with { From = Slot(said).Start }] },
            1 => books with { Cards = [.. books.Cards, Restated(before.CardAt(said)!, Slot(said).Start)] },
            _ => books with { Targets = [.. books.Targets, before.TargetAt(said)! with { From = Slot(said).Start }] },
        });

        private FleetCost? CostAt(Said said) => Books.Fleets.At(new FleetId($"f{said.Index}"), Slot(said));

        private RateCard? CardAt(Said said) => Books.Rates.At(new ModelId($"m{said.Index}"), Slot(said));

        private Target? TargetAt(Said said) => Books.Targets.At(new FleetId($"f{said.Index}"), new ModelId("m0"), Slot(said));

        private static RateCard Restated(RateCard card, DateTimeOffset from) => new(card.Model, from, card.Currency, card.Rates);

        private static QuarterHour Slot(Said said) => QuarterHour.Holding(Start.AddMinutes(15 * said.Quarter));
    }
}
