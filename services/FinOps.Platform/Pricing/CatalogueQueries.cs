using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>What a price catalogue says beside the books.</summary>
public sealed class CatalogueQueries
{
    /// <summary>Changes nothing. A feed that no honest maker publishes is refused, with each flaw.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<RateCatalogueView> PreviewRateCatalogue(
        PreviewRateCatalogueInput input, [FromServices] LiveBooks books, CancellationToken cancellation) =>
        RateCatalogueView.Of(input.ToCommand().Decide((await books.NowAsync(cancellation)).Rates));
}

/// <summary>Sets rates after a price catalogue.</summary>
public sealed class CatalogueMutations
{
    /// <summary>Writes exactly what the preview with the digest showed, all or nothing; refused when the books have moved on since.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<RateCatalogueImported> ImportRateCatalogue(
        ImportRateCatalogueInput input, [FromServices] LiveBooks books, [FromServices] RecordInBooks record, [FromServices] TimeProvider clock,
        [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var import = input.ToCommand().Decide((await books.NowAsync(cancellation)).Rates);
        import.Require(input.Digest);
        var entries = import.Cards(now).Select(card =>
        {
            var entry = RateCardSet.Entry(card.Card, isDated: true, now, viewer.Name);
            return entry with
            {
                IsNews = locked =>
                {
                    import.RequireStill(card.Change, locked.Rates);
                    return entry.IsNews(locked);
                },
            };
        });
        await record.AppendAsync([.. entries], cancellation);
        var diff = import.Diff;
        return new RateCatalogueImported(
            import.Digest, import.From, now, viewer.Name, diff.New.Count, diff.Changed.Count, diff.Unchanged.Count, diff.Skipped.Count);
    }
}
