using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>A model of the catalogue whose prices can be imported.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Rates">Per unit, USD.</param>
public sealed record CatalogueModel(ModelId Model, IReadOnlyDictionary<CatalogueKey, decimal> Rates);

/// <summary>A model that is left out, and why; the others are imported all the same.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Code">snake_case, stable.</param>
/// <param name="Reason">For a person.</param>
public sealed record SkippedModel(string Model, string Code, string Reason);

/// <summary>What was read of a feed.</summary>
/// <param name="Models">By name.</param>
/// <param name="Skipped">By name.</param>
/// <param name="Unread">Kinds of prices that are not read, with how many models have one that is not zero.</param>
public sealed record PriceCatalogue(
    IReadOnlyList<CatalogueModel> Models, IReadOnlyList<SkippedModel> Skipped, IReadOnlyDictionary<string, int> Unread);

/// <summary>Which models of a feed are meant.</summary>
/// <param name="Models">These; none is all.</param>
/// <param name="Prefix">And of them, those whose name starts so; null is any.</param>
/// <param name="IncludeFree">Whether models whose every price is 0 are imported. A 0 in a community list mostly means that nobody filled it in.</param>
public sealed record CatalogueSelection(IReadOnlyCollection<string> Models, string? Prefix, bool IncludeFree)
{
    public bool Holds(string model) =>
        (Models.Count == 0 || Models.Contains(model)) && (Prefix is null || model.StartsWith(Prefix, StringComparison.Ordinal));
}

/// <summary>What is believed of a feed that others write.</summary>
public static class CatalogueRules
{
    /// <summary>Models of a feed; the known one has 3,000.</summary>
    public const int MaxModels = 20_000;

    /// <summary>A feed with a price above this, per token or request, took a price per million for one per token: refused as a whole.</summary>
    public const decimal MaxPerUnit = 1m;

    /// <summary>A model with a price per token above this (1,000 USD a million) is skipped; the dearest real one costs 600.</summary>
    public const decimal MaxPlausiblePerToken = 0.001m;

    /// <summary>A known price that is multiplied or divided by more than this moved far.</summary>
    public const decimal LargeFactor = 10m;

    /// <summary>More known prices than so many in a hundred that moved far are no news but a mistake, until somebody says otherwise.</summary>
    public const int LargeChangesPercent = 5;

    /// <summary>Flaws of a feed that are told one by one; who mends these finds the next.</summary>
    public const int FlawsTold = 50;
}
