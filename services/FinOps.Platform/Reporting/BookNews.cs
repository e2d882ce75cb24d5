using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets;

namespace FinOps.Platform.Reporting;

/// <summary>Forgets the roll-ups that new facts in the books make wrong: a fact counts from its date on, for its model or its fleet.</summary>
internal static class BookNews
{
    public static void Forget(RollUpPages pages, KnownBooks before, KnownBooks now)
    {
        var known = before.Facts.Select(s => s.Sequence).ToHashSet();
        foreach (var recorded in now.Facts.Where(f => !known.Contains(f.Sequence))) Forget(pages, recorded.Fact, before.Books, now.Books);
    }

    private static void Forget(RollUpPages pages, BookFact fact, Books before, Books now)
    {
        switch (fact)
        {
            // Under other names a card may reach any model.
            case RateCardSet set when !before.Rates.HasAliases && !now.Rates.HasAliases: pages.ForgetModelFrom(set.Model, Slot(set.From)); break;
            case TargetSet set: pages.ForgetFrom(set.Fleet, Slot(set.From)); break;
            case ModelledTargetSet set: pages.ForgetFrom(set.Fleet, Slot(set.From)); break;
            case FleetCostSet set: ForgetFleet(set.Fleet, set.From); break;
            case FleetSizeSet set: ForgetFleet(set.Fleet, set.From); break;
            case CostLineSet set: ForgetFleet(set.Fleet, set.From); break;
            // A kind of fact that nobody has thought of here may reach anywhere.
            default: pages.ForgetAll(); break;
        }

        // What a fleet is, known or shared, holds for its whole past.
        void ForgetFleet(string name, DateTimeOffset from)
        {
            var fleet = new FleetId(name);
            var isTheSame = before.Fleets.IsRegistered(fleet) == now.Fleets.IsRegistered(fleet) && before.Fleets.IsShared(fleet) == now.Fleets.IsShared(fleet);
            pages.ForgetFrom(name, isTheSame ? Slot(from) : int.MinValue);
        }
    }

    private static int Slot(DateTimeOffset from) => QuarterHour.Holding(from).Index;
}
