using FinOps.Simulation.Time;

namespace FinOps.Simulation.Load;

/// <summary>Makes up what sources send: fresh calls, the same again, the same id with other content, and all that is late or wrong.</summary>
internal sealed class Workload(Dice dice, Faults faults)
{
    public const string ForbiddenTenant = "intruder";

    /// <summary>A tag's value that no bucket may be kept by.</summary>
    public const string SessionLikeTeam = "4f1d2c90-7b8e-4a6f";

    private static readonly string[] Tenants = ["acme", "globex", "initech"];
    private static readonly string[] Models = ["small", "large", "embed"];
    private static readonly string[] Sources = ["replica-1", "replica-2", "gateway"];
    private static readonly string?[] Fleets = [null, "east", "west"];
    private static readonly string[] Flaws = ["model_missing", "status_unknown", "quantity_negative", "class_unknown", "tenant_not_permitted"];

    private readonly Facts?[] sent = new Facts?[256];
    private readonly Queue<Facts> refusedAsTooOld = new();
    private readonly Wording wording = new(dice);
    private int serial;
    private int batches;

    /// <param name="mayBePoison">Only the broker has a place for what kills its readers.</param>
    public Batch Next(int records, DateTimeOffset sourceNow, DateTimeOffset now, bool mayBePoison)
    {
        var isBackfill = faults.Strike(Fault.NamedBackfill, 0.08);
        var facts = new List<Facts>(records);
        while (facts.Count < records) facts.Add(One(facts, sourceNow, isBackfill));
        return new Batch(
            batches++, isBackfill ? $"backfill-{dice.Below(3)}" : null, [.. facts.Select(f => new Sent(f, wording.Write(f)))],
            mayBePoison && faults.Strike(Fault.PoisonMessage, 0.01), now);
    }

    private Facts One(List<Facts> batch, DateTimeOffset now, bool isBackfill)
    {
        if (isBackfill && refusedAsTooOld.TryDequeue(out var late))
        {
            faults.Count(Fault.TooOldThenBackfilled);
            return late;
        }

        if (batch.Count > 0 && faults.Strike(Fault.SameIdentityInOneBatch, 0.02))
            return dice.Chance(0.4) ? dice.Of(batch) : Other(dice.Of(batch));
        if (Earlier() is { } earlier)
        {
            if (faults.Strike(Fault.DuplicateRecord, 0.08)) return earlier;
            if (faults.Strike(Fault.ConflictingRecord, 0.03)) return Remember(Other(earlier));
            if (faults.Strike(Fault.IdOfAnotherTenant, 0.03)) return Remember(OfAnotherTenant(earlier, now));
            if (faults.Strike(Fault.IdOfAnotherSource, 0.03)) return Remember(OfAnotherSource(earlier, now));
        }

        return Remember(Fresh(now, isBackfill));
    }

    private Facts Fresh(DateTimeOffset now, bool isBackfill)
    {
        var identity = new Identity(dice.Of(Tenants), dice.Of(Sources), $"call-{serial++}");
        if (faults.Strike(Fault.MalformedRecord, 0.03))
            return Call(identity, now.AddHours(-1)) with { Flaw = dice.Of(Flaws) };
        if (isBackfill) return Call(identity, now.AddDays(-dice.Between(0, 400)));
        if (faults.Strike(Fault.LateRecord, 0.05)) return Call(identity, now.AddHours(-dice.Between(24, 34 * 24)));
        if (!faults.Strike(Fault.TooOldRecord, 0.02)) return Call(identity, now.AddMilliseconds(-dice.Below(120_000)));
        // Around the edge, too: on which side it lies may change between two readings.
        var old = Call(identity, now.AddDays(-35).AddSeconds(dice.Chance(0.5) ? dice.Between(-300, 300) : -dice.Between(3_600, 1_000_000)));
        refusedAsTooOld.Enqueue(old);
        return old;
    }

    private Facts Call(Identity identity, DateTimeOffset occurred)
    {
        var quantities = new long?[10];
        Array.Fill(quantities, 0);
        if (!dice.Chance(0.03))
        {
            quantities[0] = dice.Chance(0.04) ? dice.Below(250_000) : dice.Below(4_000);
            quantities[5] = dice.Chance(0.03) ? null : dice.Below(1_500);
            if (dice.Chance(0.4)) quantities[dice.Below(10)] = dice.Chance(0.1) ? null : dice.Below(3_000);
        }

        return new Facts
        {
            Identity = identity,
            Model = dice.Of(Models),
            ModelVersion = dice.Chance(0.2) ? "v2" : null,
            Fleet = dice.Of(Fleets),
            OccurredTicks = occurred.UtcTicks + dice.Below(10_000),
            Quantities = quantities,
            Failed = dice.Chance(0.05),
            Tags = dice.Chance(0.2) ? Tags() : [],
        };
    }

    /// <summary>By key, ordinal: some by which buckets are kept apart, and some by which they are not.</summary>
    private (string Key, string Value)[] Tags() => dice.Below(5) switch
    {
        0 => [("app", "chat"), ("team", "blue")],
        1 => [("application", dice.Chance(0.5) ? "chat" : "search box"), ("team", dice.Chance(0.5) ? "blue" : "red")],
        2 => [("service_tier", "BATCH")],
        3 => [("api_key", "k"), ("service_tier", "default"), ("team", "blue")],
        _ => [("team", SessionLikeTeam)],
    };

    /// <summary>The same identity with one thing changed.</summary>
    private Facts Other(Facts facts)
    {
        switch (dice.Below(6))
        {
            case 0:
                faults.Count(Fault.ConflictAcrossMeters);
                return facts with { Model = Models[(Array.IndexOf(Models, facts.Model) + 1) % Models.Length] };
            case 1:
                return facts with { Fleet = facts.Fleet == "east" ? "west" : "east" };
            case 2:
                return facts with { Failed = !facts.Failed };
            case 3:
                return facts with { OccurredTicks = facts.OccurredTicks + 1 };
            case 4:
                return facts with { Tags = facts.Tags.Length == 0 ? [("application", "chat")] : [] };
            default:
                var quantities = facts.Quantities.ToArray();
                quantities[5] = (quantities[5] ?? 0) + 1 + dice.Below(5);
                return facts with { Quantities = quantities };
        }
    }

    private Facts OfAnotherTenant(Facts facts, DateTimeOffset now) => Call(
        facts.Identity with { Tenant = Tenants[(Array.IndexOf(Tenants, facts.Identity.Tenant) + 1) % Tenants.Length] }, now);

    // Half of them word for word the same: a replica that counts its calls from one, as all do.
    private Facts OfAnotherSource(Facts facts, DateTimeOffset now)
    {
        var identity = facts.Identity with { Source = Sources[(Array.IndexOf(Sources, facts.Identity.Source) + 1) % Sources.Length] };
        return dice.Chance(0.5) ? facts with { Identity = identity } : Call(identity, now);
    }

    private Facts? Earlier() => sent[dice.Below(sent.Length)];

    private Facts Remember(Facts facts)
    {
        if (facts.Flaw is null) sent[dice.Below(sent.Length)] = facts;
        return facts;
    }
}
