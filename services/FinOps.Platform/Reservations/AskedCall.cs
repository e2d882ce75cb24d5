using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;

namespace FinOps.Platform.Reservations;

/// <summary>What a body says of its call: where it belongs and how large it is.</summary>
internal sealed record AskedCall(SaidCall Said, CallSize Size)
{
    /// <param name="body">Of a reservation or a commit.</param>
    /// <param name="money">Its amount or what it cost.</param>
    /// <param name="flaws">Gets all that is wrong; what is read then is for finding more flaws only.</param>
    public static AskedCall Read(ReservationBody body, decimal? money, List<Rejection> flaws)
    {
        if (body.Model is not null && Name.Flaw(body.Model) is { } modelFlaw) flaws.Add(new Rejection("model_invalid", "model", $"The model {modelFlaw}."));
        // A call that no fleet serves has a record without one.
        if (body.Fleet is { Length: > 0 } && Name.Flaw(body.Fleet) is { } fleetFlaw) flaws.Add(new Rejection("fleet_invalid", "fleet", $"The fleet {fleetFlaw}."));
        return new AskedCall(new SaidCall(body.Model, body.Fleet, Tags(body.Tags, flaws)), new CallSize(money, Quantities(body.Quantities, flaws)));
    }

    private static KeyValuePair<string, string>[]? Tags(Dictionary<string, string>? tags, List<Rejection> flaws)
    {
        if (tags is null) return null;
        if (tags.Count > Acceptance.MaxTags) flaws.Add(new Rejection("too_many_tags", "tags", $"A record has at most {Acceptance.MaxTags} tags."));
        foreach (var (key, value) in tags)
        {
            if (Name.Flaw(key) is { } keyFlaw) flaws.Add(new Rejection("tag_invalid", "tags", $"A tag's key {keyFlaw}."));
            else if (value is null) flaws.Add(new Rejection("tag_invalid", $"tags.{key}", "The tag's value is missing."));
            else if (value.Length > 0 && Name.Flaw(value) is { } valueFlaw) flaws.Add(new Rejection("tag_invalid", $"tags.{key}", $"The tag's value {valueFlaw}."));
        }

        return [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)];
    }

    private static Quantities? Quantities(Dictionary<string, long>? said, List<Rejection> flaws)
    {
        if (said is null) return null;
        var parts = new List<(UnitClass, long)>();
        foreach (var (name, value) in said)
        {
            if (UnitClass.Find(name) is not { } unitClass)
                flaws.Add(new Rejection("unit_class_unknown", $"quantities.{name}", $"There is no unit class '{name}'."));
            else if (value < 0)
                flaws.Add(new Rejection("quantity_negative", $"quantities.{name}", "A quantity is zero or more."));
            else if (value > Acceptance.MaxQuantity)
                flaws.Add(new Rejection("quantity_absurd", $"quantities.{name}", $"'{name}' is above {Acceptance.MaxQuantity}."));
            else
                parts.Add((unitClass, value));
        }

        return Domain.Values.Quantities.Of([.. parts]);
    }
}
