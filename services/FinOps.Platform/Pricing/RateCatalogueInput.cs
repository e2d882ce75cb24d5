using FinOps.Domain.Pricing.Catalogues;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>A price catalogue of the community, which of its models are meant, and from when on.</summary>
[Name("PreviewRateCatalogueInput")]
public class PreviewRateCatalogueInput
{
    /// <summary>The feed as its makers publish it (LiteLLM's form): its JSON, or base64 of its gzip.</summary>
    public required string Catalogue { get; init; }

    /// <summary>On a 15-minute boundary.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Only these; by default all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Only those whose name starts so.</summary>
    public string? Prefix { get; init; }

    /// <summary>Also models whose every price is 0; by default they are skipped.</summary>
    public bool? IncludeFree { get; init; }

    /// <summary>Accept that many known prices move by more than a factor of ten.</summary>
    public bool? AcceptLargeChanges { get; init; }

    internal ImportCatalogue ToCommand() => new(
        CatalogueFeed.Unpack(Catalogue), new CatalogueSelection([.. Models ?? []], Prefix, IncludeFree ?? false), From, AcceptLargeChanges ?? false);
}

/// <summary>The same, with the digest of the preview that somebody looked at.</summary>
[Name("ImportRateCatalogueInput")]
public sealed class ImportRateCatalogueInput : PreviewRateCatalogueInput
{
    public required string Digest { get; init; }
}
