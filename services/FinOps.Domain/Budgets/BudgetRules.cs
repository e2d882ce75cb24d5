using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>A budget as someone wrote it: nothing is checked yet.</summary>
public sealed record BudgetDraft
{
    public string? Id { get; init; }

    public string? Tenant { get; init; }

    public BudgetMeasure Measure { get; init; } = BudgetMeasure.Charge;

    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    public DateTimeOffset? PeriodStart { get; init; }

    public DateTimeOffset? PeriodEnd { get; init; }

    public string? TimeZone { get; init; }

    /// <summary>Null is the usual 50, 80, 100.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; init; }

    public string? WebhookUrl { get; init; }

    public bool DeliverBackfilled { get; init; }
}

/// <summary>Makes terms of a draft, or names every flaw of it at once, each with its field.</summary>
public static class BudgetRules
{
    /// <summary>With its and the thresholds' decimals, amount × percent has 26 digits: exact.</summary>
    public const decimal MaxAmount = 1_000_000_000_000m;

    public const int MaxDecimals = 8;

    public const int MaxUrlLength = 2_048;

    /// <summary>Spend at or above it has crossed. Exact.</summary>
    public static decimal Limit(decimal amount, decimal percent) => amount * percent / 100m;

    /// <param name="draft">What was written.</param>
    /// <param name="id">The budget's id.</param>
    /// <param name="monthHolding">Knows the zones.</param>
    /// <param name="now">A monthly budget starts with the month that holds it, unless the draft says another.</param>
    /// <param name="terms">Set when there is no flaw.</param>
    public static IReadOnlyList<Rejection> Read(
        BudgetDraft draft, string? id, MonthHolding monthHolding, DateTimeOffset now, out BudgetTerms? terms)
    {
        var flaws = new List<Rejection>();
        if (BudgetId.Flaw(id) is { } idFlaw) flaws.Add(new Rejection("budget_id_invalid", "id", $"The id {idFlaw}."));
        if (Name.Flaw(draft.Tenant) is { } tenantFlaw) flaws.Add(new Rejection("tenant_invalid", "tenant", $"The tenant {tenantFlaw}."));
        AmountFlaws(draft, flaws);
        if (!Iso4217.IsCode(draft.Currency))
            flaws.Add(new Rejection("currency_unknown", "currency", $"'{draft.Currency}' is not an ISO 4217 code such as USD."));
        var (thresholds, thresholdFlaws) = draft.Thresholds is null ? (Thresholds.Usual, []) : Thresholds.Read(draft.Thresholds);
        flaws.AddRange(thresholdFlaws);
        var period = PeriodRules.Read(draft.PeriodStart, draft.PeriodEnd, draft.TimeZone, monthHolding, now, flaws);
        var url = ReadUrl(draft.WebhookUrl, flaws);
        terms = flaws.Count > 0
            ? null
            : new BudgetTerms(
                new TenantId(draft.Tenant!), draft.Measure, new Money(draft.Amount!.Value, new Currency(draft.Currency!)), period!,
                thresholds!, url, draft.DeliverBackfilled);
        return flaws;
    }

    private static void AmountFlaws(BudgetDraft draft, List<Rejection> flaws)
    {
        switch (draft.Amount)
        {
            case null:
                flaws.Add(new Rejection("amount_missing", "amount", "Name the amount."));
                break;
            case <= 0:
                flaws.Add(new Rejection("amount_not_positive", "amount", "The amount lies above zero."));
                break;
            case > MaxAmount:
                flaws.Add(new Rejection("amount_too_large", "amount", $"The amount is at most {MaxAmount:0}."));
                break;
            case { } amount when decimal.Round(amount, MaxDecimals) != amount:
                flaws.Add(new Rejection("amount_too_fine", "amount", $"The amount has at most {MaxDecimals} decimals."));
                break;
        }
    }

    private static Uri? ReadUrl(string? text, List<Rejection> flaws)
    {
        if (text is null) return null;
        var flaw = text.Length > MaxUrlLength ? $"is longer than {MaxUrlLength} characters"
            : !Uri.TryCreate(text, UriKind.Absolute, out var url) ? "is not an absolute URL"
            : url.Scheme is not ("http" or "https") ? "is neither http nor https"
            : url.Host.Length == 0 ? "names no host"
            : url.UserInfo.Length > 0 ? "holds user information"
            : null;
        if (flaw is null) return new Uri(text, UriKind.Absolute);
        flaws.Add(new Rejection("webhook_url_invalid", "webhook.url", $"The webhook's URL {flaw}."));
        return null;
    }
}
