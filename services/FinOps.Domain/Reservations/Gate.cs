using System.Collections.Immutable;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reservations;

/// <summary>What the books said of a budget's current period, at one instant.</summary>
/// <param name="Period">The window that counts now.</param>
/// <param name="Limit">Of the period.</param>
/// <param name="Spend">Of the period, as counted.</param>
/// <param name="ReadAt">By the clock of who read it.</param>
public sealed record GateBooks(Window Period, decimal Limit, decimal Spend, DateTimeOffset ReadAt)
{
    public bool Covers(DateTimeOffset now) => now >= Period.From && now < Period.To;
}

/// <summary>
/// A hard budget's reservations and what was last seen of its books. What is open to a new one is limit − spend − held, where a record and
/// the reservation that was made for it never count both.
/// </summary>
public sealed record Gate
{
    public static readonly Gate Empty = new();

    private Gate()
    {
    }

    /// <summary>Null until the books were read.</summary>
    public GateBooks? Books { get; private init; }

    /// <summary>Those that time has not made forgotten.</summary>
    public ImmutableDictionary<ReservationKey, Hold> Holds { get; private init; } = ImmutableDictionary<ReservationKey, Hold>.Empty;

    /// <summary>Records that will end a reservation when they come.</summary>
    public ImmutableDictionary<RecordKey, ReservationKey> Awaited { get; private init; } = ImmutableDictionary<RecordKey, ReservationKey>.Empty;

    /// <summary>The sum of all weights.</summary>
    public decimal Held { get; private init; }

    /// <summary>By the time at which something happens by itself.</summary>
    internal ImmutableSortedSet<(DateTimeOffset At, string Key)> Due { get; private init; } =
        ImmutableSortedSet.Create(comparer: Comparer<(DateTimeOffset At, string Key)>.Create((one, other) =>
            one.At != other.At ? one.At.CompareTo(other.At) : string.CompareOrdinal(one.Key, other.Key)));

    /// <summary>What a new reservation may take; never below zero, and zero before the books were read.</summary>
    public decimal Left => Books is null ? 0 : Math.Max(0, Books.Limit - Books.Spend - Held);

    internal Gate With(GateBooks books) => this with { Books = books };

    internal Gate With(Hold hold)
    {
        var gate = Holds.TryGetValue(hold.Key, out var before) ? Without(before) : this;
        return gate with
        {
            Holds = gate.Holds.Add(hold.Key, hold),
            Awaited = hold.Awaited is { } record ? gate.Awaited.SetItem(record, hold.Key) : gate.Awaited,
            Held = gate.Held + hold.Weight,
            Due = gate.Due.Add((hold.DueAt, hold.Key.Value)),
        };
    }

    internal Gate Without(Hold hold) => this with
    {
        Holds = Holds.Remove(hold.Key),
        Awaited = hold.Awaited is { } record ? Awaited.Remove(record) : Awaited,
        Held = Held - hold.Weight,
        Due = Due.Remove((hold.DueAt, hold.Key.Value)),
    };
}
