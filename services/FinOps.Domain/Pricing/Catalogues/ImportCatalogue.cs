using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>Sets the rates of many models after a feed, from an instant on.</summary>
/// <param name="Feed">UTF-8 JSON, as its makers publish it.</param>
/// <param name="Selection">Which of its models.</param>
/// <param name="From">On a 15-minute boundary.</param>
/// <param name="AcceptLargeChanges">Somebody looked at prices that moved far, and means them.</param>
public sealed record ImportCatalogue(ReadOnlyMemory<byte> Feed, CatalogueSelection Selection, DateTimeOffset From, bool AcceptLargeChanges)
{
    /// <exception cref="RejectedException">The feed is refused; with each flaw.</exception>
    public CatalogueImport Decide(RateBook book)
    {
        var checks = new Checks();
        checks.Boundary(From, "from");
        checks.ThrowIfAny();
        var catalogue = ReadCatalogue.Of(Feed, Selection);
        var diff = CatalogueDiff.Of(catalogue, book, QuarterHour.Holding(From));
        if (!AcceptLargeChanges) RefuseLargeChanges(diff);
        return new CatalogueImport(From.ToUniversalTime(), diff, catalogue.Unread);
    }

    private static void RefuseLargeChanges(CatalogueDiff diff)
    {
        var large = diff.Changed.SelectMany(c => c.Rates.Where(r => r.IsLarge).Select(r => (Model: c.Model.Model.Value, Rate: r))).ToList();
        if (large.Count * 100 <= diff.Compared * CatalogueRules.LargeChangesPercent) return;
        var flaws = new FeedFlaws();
        flaws.Add("large_changes", null, null, string.Create(
            CultureInfo.InvariantCulture,
            $"moves {large.Count} of {diff.Compared} known prices by more than a factor of {CatalogueRules.LargeFactor}; look at them, and accept large changes if they are meant"));
        foreach (var (model, rate) in large)
            flaws.Add("large_change", model, rate.Key.ToString(), string.Create(CultureInfo.InvariantCulture, $"would go from {rate.Before} to {rate.After} per unit"));
        flaws.ThrowIfAny();
    }
}

/// <summary>A decided import: what it writes, and a digest that stands for exactly that.</summary>
public sealed record CatalogueImport(DateTimeOffset From, CatalogueDiff Diff, IReadOnlyDictionary<string, int> Unread)
{
    /// <summary>SHA-256, hex, of the instant and of each rate before and after: another feed, other books or another selection give another.</summary>
    public string Digest { get; } = DigestOf(From, Diff);

    /// <exception cref="RejectedException">What was previewed is not what would be written now.</exception>
    public void Require(string digest)
    {
        if (digest != Digest) throw Outdated();
    }

    /// <summary>Asked again while the books are locked: nobody may have set a rate since the decision.</summary>
    /// <exception cref="RejectedException">Somebody did.</exception>
    public void RequireStill(CardChange change, RateBook book)
    {
        if (!change.StillHolds(book, QuarterHour.Holding(From))) throw Outdated();
    }

    /// <returns>Each change with the card that makes it.</returns>
    /// <param name="now">When it is decided.</param>
    /// <exception cref="RejectedException">A card is refused; with model and field.</exception>
    public IReadOnlyList<(CardChange Change, RateCard Card)> Cards(DateTimeOffset now) =>
        [.. Diff.Written.Select(change => (change, CatalogueCards.CardOf(change.Model, From, now)))];

    private static RejectedException Outdated() => new(new Rejection(
        "preview_outdated", "digest", "The books or the catalogue are not those of the preview with this `digest`; preview again, and import with the digest that it gives."));

    private static string DigestOf(DateTimeOffset from, CatalogueDiff diff)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{from.UtcTicks}\n");
        foreach (var change in diff.Written)
        {
            foreach (var rate in change.Rates)
                text.Append(CultureInfo.InvariantCulture, $"{change.Model.Model}\t{rate.Key}\t{Trimmed(rate.Before)}\t{Trimmed(rate.After)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        static decimal? Trimmed(decimal? rate) => rate is { } value ? ExactDecimal.Trimmed(value) : null;
    }
}
