using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Simulation.Load;

/// <summary>Names a record, in plain words: the simulation's own idea of identity.</summary>
internal readonly record struct Identity(string Tenant, string Source, string Id);

/// <summary>What a source has to say of one call. The simulation's truth, free of the code under test.</summary>
internal sealed record Facts
{
    public required Identity Identity { get; init; }

    public required string Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? Fleet { get; init; }

    /// <summary>UTC.</summary>
    public required long OccurredTicks { get; init; }

    /// <summary>By ordinal of the class; null where the source cannot tell.</summary>
    public required long?[] Quantities { get; init; }

    public bool Failed { get; init; }

    /// <summary>By key, ordinal.</summary>
    public (string Key, string Value)[] Tags { get; init; } = [];

    /// <summary>The reason for which it must be quarantined whenever it is read; null when it is well-formed.</summary>
    public string? Flaw { get; init; }

    public bool SaysTheSameAs(Facts other) =>
        ReferenceEquals(this, other)
        || (Model == other.Model && ModelVersion == other.ModelVersion && Fleet == other.Fleet && OccurredTicks == other.OccurredTicks
            && Failed == other.Failed && Quantities.AsSpan().SequenceEqual(other.Quantities) && Tags.AsSpan().SequenceEqual(other.Tags));

    /// <summary>Whether a record in the books is this one, to the last field.</summary>
    public bool AreThoseOf(UsageRecord record)
    {
        if (record.Model.Value != Model || record.ModelVersion != ModelVersion || record.Fleet != Fleet || record.Failed != Failed
            || record.OccurredAt.UtcTicks != OccurredTicks || record.Tags.Count != Tags.Length) return false;
        for (var i = 0; i < Tags.Length; i++)
        {
            if (record.Tags[i].Key != Tags[i].Key || record.Tags[i].Value != Tags[i].Value) return false;
        }

        foreach (var unitClass in UnitClass.All)
        {
            var quantity = Quantities[unitClass.Ordinal];
            if (record.Quantities[unitClass] != (quantity ?? 0)) return false;
            if ((record.Missing & (1 << unitClass.Ordinal)) != 0 != quantity is null) return false;
        }

        return true;
    }
}
