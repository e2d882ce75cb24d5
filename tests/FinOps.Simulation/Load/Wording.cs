using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Load;

/// <summary>Writes facts down. The same facts may be worded differently each time and stay the same content.</summary>
internal sealed class Wording(Dice dice)
{
    public ReportedRecord Write(Facts facts)
    {
        var written = new ReportedRecord
        {
            Tenant = facts.Identity.Tenant,
            Id = facts.Identity.Id,
            Source = facts.Identity.Source,
            Model = facts.Model,
            ModelVersion = facts.ModelVersion,
            Fleet = facts.Fleet,
            OccurredAt = Instant(facts.OccurredTicks),
            Status = facts.Failed ? "failed" : dice.Chance(0.5) ? "ok" : null,
            Quantities = Classes(facts.Quantities),
            Tags = facts.Tags.Length == 0 ? null : Tags(facts.Tags),
        };
        Spoil(written, facts.Flaw);
        return written;
    }

    private DateTimeOffset Instant(long ticks)
    {
        var utc = new DateTimeOffset(ticks, TimeSpan.Zero);
        return dice.Chance(0.8) ? utc : utc.ToOffset(TimeSpan.FromMinutes(15 * dice.Below(40) - 300));
    }

    private List<KeyValuePair<string, long?>> Classes(long?[] quantities)
    {
        var classes = new List<KeyValuePair<string, long?>>();
        // Some sources tell a whole and its parts instead of the disjoint classes.
        var asWhole = quantities[0] is not null && dice.Chance(0.3);
        var inputTotal = 0L;
        foreach (var unitClass in UnitClass.All)
        {
            var quantity = quantities[unitClass.Ordinal];
            if (unitClass.Side == UnitSide.Input) inputTotal += quantity ?? 0;
            if (quantity == 0 && dice.Chance(0.7)) continue;
            if (asWhole && unitClass == UnitClass.UncachedInput) continue;
            classes.Add(new(unitClass.Name, quantity));
        }

        if (asWhole) classes.Add(new("inputTotal", inputTotal));
        return classes;
    }

    private List<KeyValuePair<string, string>> Tags((string Key, string Value)[] tags)
    {
        var written = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in tags) written.Insert(dice.Below(written.Count + 1), new(key, value));
        return written;
    }

    private static void Spoil(ReportedRecord written, string? flaw)
    {
        switch (flaw)
        {
            case null:
                break;
            case "model_missing":
                written.Model = null;
                break;
            case "status_unknown":
                written.Status = "perhaps";
                break;
            case "quantity_negative":
                written.Quantities!.Insert(0, new("output", -1));
                break;
            case "class_unknown":
                written.Quantities!.Insert(0, new("thoughts", 1));
                break;
            case "tenant_not_permitted":
                written.Tenant = Workload.ForbiddenTenant;
                break;
            default:
                throw new InvalidOperationException($"Nobody knows how to write the flaw {flaw}.");
        }
    }
}
