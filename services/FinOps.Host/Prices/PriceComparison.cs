namespace FinOps.Host.Prices;

/// <summary>Our prices beside those that the file holds: how many are equal as decimals, and why the others are not.</summary>
/// <param name="Expected">Prices that the file holds.</param>
/// <param name="Equal">Of them, those whose input and output price are ours.</param>
/// <param name="Differences">The others by reason, commonest first, each with the bodies' positions.</param>
internal sealed record PriceComparison(int Expected, int Equal, IReadOnlyList<(string Reason, IReadOnlyList<int> Bodies)> Differences)
{
    /// <returns>Null when the file holds no prices.</returns>
    public static PriceComparison? Of(IReadOnlyList<PricedBody> bodies, PriceList list)
    {
        var pairs = bodies.SelectMany(b => b.Body.Expected?.Select(e => (Body: b, Expected: e)) ?? []).ToList();
        if (pairs.Count == 0) return null;
        var wrong = pairs.Select(p => (p.Body.Body.Index, Reason: Difference(p.Body, p.Expected, list))).Where(p => p.Reason is not null);
        var differences = wrong.GroupBy(p => p.Reason!, p => p.Index)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, (IReadOnlyList<int>)[.. g])).ToList();
        return new PriceComparison(pairs.Count, pairs.Count - differences.Sum(d => d.Item2.Count), differences);
    }

    private static string? Difference(PricedBody body, ExpectedPrice expected, PriceList list)
    {
        var where = $"{expected.ProviderId}/{expected.ApiFlavor}";
        var row = body.Rows.FirstOrDefault(r => r.ProviderId == expected.ProviderId && r.ApiFlavor == expected.ApiFlavor);
        if (list.Providers.All(p => p.Id != expected.ProviderId)) return $"{where}: the list has no such provider.";
        if (row is null) return $"{where}: the body is not of this API's style.";
        if (row.Price is not { } price) return $"{where}: {row.Reason}";
        if (IsEqual(price)) return null;
        var others = row.Entry!.Prices.Select(p => (p.Dates, PriceBodies.Rate(row.Entry, p, row.Reading!).Price));
        return others.Any(p => p.Price is { } other && IsEqual(other))
            ? $"{where}: {row.Entry.Id} has other prices at other dates, and the file's are of another date; see --at."
            : $"{where}: {row.Entry.Id} costs something else.";

        bool IsEqual((decimal Input, decimal Output) ours) => ours.Input == expected.InputPrice && ours.Output == expected.OutputPrice;
    }
}
