using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>
/// Sets what a model is sold for from an instant on, to all, to one tenant or to the tenants of a contract: by rates, or by a markup over
/// cost. The same instant again replaces.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Rates">At least one; none of a markup.</param>
public sealed record SetRateCard(string Model, DateTimeOffset? From, string Currency, IReadOnlyList<SetRate> Rates)
{
    /// <summary>On a 15-minute boundary after the start; null is open: the next card supersedes.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Says that from <see cref="To"/> on the model shall be unpriced.</summary>
    public bool EndsWithoutSuccessor { get; init; }

    /// <summary>Other names under which the model's usage may come.</summary>
    public IReadOnlyList<string> ModelAliases { get; init; } = [];

    /// <summary>For this tenant only.</summary>
    public string? Tenant { get; init; }

    /// <summary>Or for the tenants of this contract.</summary>
    public string? Contract { get; init; }

    /// <summary>Who has the contract.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>Off the standard rates, for a service tier without rates of its own.</summary>
    public IReadOnlyList<SetDiscount> Discounts { get; init; } = [];

    /// <summary>The first units of a class in a month, free.</summary>
    public IReadOnlyList<SetFreeUnits> FreeUnitsPerMonth { get; init; } = [];

    /// <summary>Instead of rates: the charge is the cost of the usage and so much more, in percent.</summary>
    public decimal? MarkupPercent { get; init; }

    /// <summary>How a charge is rounded where it is shown rounded.</summary>
    public Rounding? Rounding { get; init; }

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public RateCard Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Model, "model");
        checks.CurrencyCode(Currency);
        CheckPeriod(checks, start);
        Rounding?.Check(checks);
        var aliases = CheckNames.Each(ModelAliases, "modelAliases", Model, checks);
        var scope = CheckScope.Read(this, checks);
        var rows = ReadRates.Rows(Rates, checks);
        var discounts = ReadRates.Discounts(Discounts, rows, checks);
        var free = ReadRates.FreeUnits(FreeUnitsPerMonth, rows, checks);
        CheckKind(checks);
        checks.ThrowIfAny();
        var currency = new Currency(Currency);
        return new RateCard(new RateCardTerms
        {
            Model = new ModelId(Model),
            From = start,
            To = To?.ToUniversalTime(),
            EndsWithoutSuccessor = EndsWithoutSuccessor,
            Currency = currency,
            Scope = scope!,
            Aliases = [.. aliases.Order(StringComparer.Ordinal).Select(a => new ModelId(a))],
            Rows = [.. rows.OrderBy(r => r.Key).Select(r => new RateRow(r.Key, new Rate(r.Value, currency)))],
            Discounts = discounts,
            FreeUnitsPerMonth = free,
            MarkupPercent = MarkupPercent,
            Rounding = Rounding,
        });
    }

    private void CheckPeriod(Checks checks, DateTimeOffset start)
    {
        if (From is { } from) checks.Boundary(from, "from");
        if (To is { } to)
        {
            checks.Boundary(to, "to");
            if (to <= start) checks.Fail("window_empty", "to", "`to` must lie after `from`.");
        }
        else if (EndsWithoutSuccessor)
            checks.Fail("field_unexpected", "endsWithoutSuccessor", "`endsWithoutSuccessor` has no meaning without `to`; leave it out.");
    }

    private void CheckKind(Checks checks)
    {
        if (MarkupPercent is not { } percent)
        {
            if (Rates.Count == 0) checks.Fail("rates_missing", "rates", "`rates` is empty; set at least one rate, or `markupPercent`.");
            return;
        }

        checks.Percent(percent, "markupPercent", RateCardTerms.MaxMarkupPercent);
        Unexpected(Rates.Count, "rates");
        Unexpected(Discounts.Count, "discounts");
        Unexpected(FreeUnitsPerMonth.Count, "freeUnitsPerMonth");

        void Unexpected(int count, string field)
        {
            if (count > 0) checks.Fail("field_unexpected", field, $"`{field}` has no place in a card with `markupPercent`; leave one of them out.");
        }
    }
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="PerUnit">Either this,</param>
/// <param name="PerMillion">or this.</param>
/// <param name="ContextAboveTokens">For records whose input lies above so many tokens, one of <see cref="RateClass.ContextBoundaries"/>; null is any.</param>
/// <param name="ServiceTier"><c>batch</c>, <c>flex</c> or <c>priority</c>; null is <c>standard</c>.</param>
/// <param name="VolumeAboveUnits">For the units of a month beyond so many; null is from the first.</param>
public sealed record SetRate(
    string UnitClass, decimal? PerUnit, decimal? PerMillion, int? ContextAboveTokens = null, string? ServiceTier = null,
    long? VolumeAboveUnits = null);

/// <param name="ServiceTier"><c>batch</c>, <c>flex</c> or <c>priority</c>.</param>
/// <param name="Percent">Off the standard rate; above 0, at most 100.</param>
public sealed record SetDiscount(string ServiceTier, decimal Percent);

/// <param name="UnitClass">A class with a rate of its own.</param>
/// <param name="Units">How many of a calendar month are free.</param>
public sealed record SetFreeUnits(string UnitClass, long Units);
