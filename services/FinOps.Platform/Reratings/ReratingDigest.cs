using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Reratings;

/// <summary>Names a preview: the books that it stood on, and what it was asked. Whoever applies it shows that both are still the same.</summary>
/// <param name="BooksVersion">How many facts the books had.</param>
/// <param name="Asked">A hash of the decided facts, in order, and of the window.</param>
internal sealed record ReratingDigest(long BooksVersion, string Asked)
{
    private const int HashCharacters = 32;

    public static ReratingDigest Of(long booksVersion, IReadOnlyList<BookEntry> entries, ReratingInput input)
    {
        var asked = JsonSerializer.SerializeToUtf8Bytes(new
        {
            facts = entries.Select(e => (object)(e.Event with { RecordedAt = default, RecordedBy = "", Reason = null })),
            from = input.From?.UtcTicks,
            to = input.To?.UtcTicks,
            timeZone = input.TimeZone,
        });
        return new ReratingDigest(booksVersion, Convert.ToHexStringLower(SHA256.HashData(asked))[..HashCharacters]);
    }

    /// <exception cref="RejectedException">The books moved since, or something else was previewed.</exception>
    public void RequireSame(string shown)
    {
        if (shown == ToString()) return;
        if (shown.EndsWith($"-{Asked}", StringComparison.Ordinal)) throw BooksMoved();
        throw new RejectedException(new Rejection(
            "digest_mismatch", "digest",
            "This is not what was previewed under the digest; preview it again. A fact without `from` is another one tomorrow."));
    }

    public static RejectedException BooksMoved() => new(new Rejection(
        "books_moved", "digest", "The books moved since the preview; preview again, and look whether it still moves what you meant."));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BooksVersion}-{Asked}");
}
