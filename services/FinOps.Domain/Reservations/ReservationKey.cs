using FinOps.Domain.Values;

namespace FinOps.Domain.Reservations;

/// <summary>Names one reservation of a budget: the gateway's own word for the call that it is about to make, the same on every try.</summary>
public readonly record struct ReservationKey
{
    public const int MaxLength = 200;

    public ReservationKey(string value) =>
        Value = Flaw(value) is { } flaw ? throw new RejectedException(new Rejection("key_invalid", "key", $"The key {flaw}.")) : value;

    public string Value { get; }

    /// <returns>Null when the text may be a key, else what is wrong with it.</returns>
    public static string? Flaw(string? text) => Name.SegmentFlaw(text, MaxLength);

    public override string ToString() => Value;
}
