using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reservations;

/// <summary>What a reservation may say, and how old knowledge may be.</summary>
public static class ReservationRules
{
    /// <summary>A chat call streams for seconds; a minute is a long one.</summary>
    public static readonly TimeSpan UsualTtl = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan MinTtl = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MaxTtl = TimeSpan.FromHours(1);

    /// <summary>How long the record of a committed call may take into the books before its cost no longer counts.</summary>
    public static readonly TimeSpan RecordAwaited = TimeSpan.FromHours(1);

    /// <summary>How long after its time a reservation can still be committed.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    /// <summary>How old the books may be when a reservation is granted on them, where more than half of the limit is taken.</summary>
    public static readonly TimeSpan BooksAgeNear = TimeSpan.FromSeconds(1);

    /// <summary>The same below that.</summary>
    public static readonly TimeSpan BooksAgeFar = TimeSpan.FromSeconds(10);

    /// <summary>A token costs some 10^-7; with the largest amount, sums stay exact.</summary>
    public const int MaxDecimals = 12;

    /// <param name="key">The gateway's.</param>
    /// <param name="amount">The estimate; null where it is still to be made of tokens.</param>
    /// <param name="ttl">Asked for.</param>
    /// <returns>All that is wrong, each with its field.</returns>
    public static IReadOnlyList<Rejection> Flaws(string? key, decimal? amount, TimeSpan ttl)
    {
        var flaws = KeyFlaws(key);
        if (amount is { } given) flaws.AddRange(AmountFlaws(given, "amount"));
        if (ttl < MinTtl || ttl > MaxTtl)
            flaws.Add(new Rejection("ttl_out_of_range", "ttlSeconds", $"A reservation lasts {MinTtl.TotalSeconds:0} to {MaxTtl.TotalSeconds:0} seconds."));
        return flaws;
    }

    public static List<Rejection> KeyFlaws(string? key) =>
        ReservationKey.Flaw(key) is { } flaw ? [new Rejection("key_invalid", "key", $"The key {flaw}.")] : [];

    public static IEnumerable<Rejection> AmountFlaws(decimal amount, string field)
    {
        if (amount < 0) yield return new Rejection("amount_negative", field, "An amount is zero or more.");
        if (amount > BudgetRules.MaxAmount) yield return new Rejection("amount_too_large", field, $"An amount is at most {BudgetRules.MaxAmount:0}.");
        if (decimal.Round(amount, MaxDecimals) != amount)
            yield return new Rejection("amount_too_fine", field, $"An amount has at most {MaxDecimals} decimals.");
    }

    internal static TimeSpan BooksAge(GateBooks books, decimal held) =>
        2 * (books.Spend + held) > books.Limit ? BooksAgeNear : BooksAgeFar;
}
