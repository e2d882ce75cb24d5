using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Own fleets beside those who sell tokens.</summary>
public sealed class BuyOrBuildQueries
{
    /// <summary>What the usage really cost, and what each offer would have taken for the same tokens; see docs/cost-import.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<BuyOrBuildReport> BuyOrBuild(
        UsageFilter where, IReadOnlyList<ServerlessOfferInput> offers, [FromServices] BuyOrBuildReports reports, [FromServices] Viewer viewer,
        CancellationToken cancellation, IReadOnlyList<Dimension>? groupBy = null, string? timeZone = "UTC") =>
        reports.AskAsync(where, offers, groupBy, timeZone ?? "UTC", viewer, cancellation);
}

/// <summary>Somebody who sells tokens: prices with a currency, or a model whose rate cards are the prices.</summary>
[Name("ServerlessOfferInput")]
public sealed class ServerlessOfferInput
{
    public required string Name { get; init; }

    public string? Currency { get; init; }

    /// <summary>At least of uncachedInput and output; other classes take their parent's.</summary>
    public IReadOnlyList<Fleets.TokenPriceInput>? Prices { get; init; }

    /// <summary>A model with rate cards, each from its date on.</summary>
    public string? Model { get; init; }

    internal SetServerlessOffer ToCommand() => new(Name, Currency, Prices?.Select(p => new SetTokenPrice(p.UnitClass, p.PerMillion)).ToArray(), Model);
}

/// <summary>Own cost beside offers.</summary>
/// <param name="Rows">As those of <c>unitCost</c>; cost of hours without work stands in rows of kind IDLE, where no offer would take anything.</param>
/// <param name="Total">Everything summed, idle cost included: what buying would replace.</param>
/// <param name="Currency">Of every amount.</param>
/// <param name="TimeZone">Of hours, days and months.</param>
public sealed record BuyOrBuildReport(IReadOnlyList<BuyOrBuildRow> Rows, BuyOrBuildRow Total, string? Currency, string TimeZone);

/// <summary>A row.</summary>
/// <param name="Usage">The usage, with its actual cost and own charge.</param>
/// <param name="TokensPerHour">Over the row's time so far; null where there is none.</param>
/// <param name="Offers">In the order asked for.</param>
public sealed record BuyOrBuildRow(UnitCostRow Usage, decimal? TokensPerHour, IReadOnlyList<OfferView> Offers);

/// <summary>An offer for a row's tokens. Own cost is taken as fixed.</summary>
/// <param name="Name">As asked.</param>
/// <param name="Cost">What it would have taken, exact; null where it has no price for some tokens.</param>
/// <param name="CostPerMillionTokens">The same per million.</param>
/// <param name="UnpricedTokens">Tokens without a price.</param>
/// <param name="Difference">Its cost, less the actual one: above zero, own is cheaper.</param>
/// <param name="BreakEvenLoad">How many times the present tokens would make both cost the same; below 1, own is cheaper already.</param>
/// <param name="BreakEvenTokensPerHour">The same as tokens per hour.</param>
[Name("ServerlessOffer")]
public sealed record OfferView(
    string Name, decimal? Cost, decimal? CostPerMillionTokens, long UnpricedTokens, decimal? Difference, decimal? BreakEvenLoad,
    decimal? BreakEvenTokensPerHour);
