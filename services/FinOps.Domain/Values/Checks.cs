using System.Globalization;

namespace FinOps.Domain.Values;

/// <summary>The checks of one command: all are made, then all failures are told at once.</summary>
public sealed class Checks
{
    /// <summary>An amount of money per hour, token or million tokens beyond this is a slip; sums of it might not fit.</summary>
    public const decimal MaxAmount = 1_000_000_000m;

    private const int PercentMaxDecimals = 4;

    private readonly List<Rejection> failures = [];

    public bool AnyFailed => failures.Count > 0;

    public IReadOnlyList<Rejection> Failures => failures;

    public void Fail(string code, string field, string message) => failures.Add(new Rejection(code, field, message));

    public void Named(string? name, string field)
    {
        if (Name.Flaw(name) is { } flaw) Fail($"{field}_invalid", field, $"`{field}` {flaw}.");
    }

    public void CurrencyCode(string? code, string field = "currency")
    {
        if (!Iso4217.IsCode(code)) Fail("currency_invalid", field, $"`{field}` is '{code}'; it must be an ISO 4217 code such as USD.");
    }

    /// <summary>A rate, a cost or a target starts and ends on a 15-minute boundary.</summary>
    public void Boundary(DateTimeOffset instant, string field)
    {
        if (QuarterHour.IsBoundary(instant)) return;
        var next = QuarterHour.NextBoundary(instant).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Fail("off_boundary", field, $"`{field}` must lie on a 15-minute boundary; the next is {next}.");
    }

    public void Amount(decimal amount, string field, int maxDecimals)
    {
        if (amount < 0) Fail("amount_negative", field, $"`{field}` is {Text(amount)}; it must not be negative.");
        else if (amount > MaxAmount)
            Fail("amount_too_large", field, $"`{field}` is {Text(amount)}; at most {Text(MaxAmount)} is believed.");
        else if (decimal.Round(amount, maxDecimals) != amount)
            Fail("amount_too_fine", field, $"`{field}` is {Text(amount)}; it may have at most {maxDecimals} decimals.");
    }

    /// <summary>From nothing to the most, with at most four decimals: what it is a share of stays exact.</summary>
    public void Percent(decimal percent, string field, decimal most)
    {
        if (percent < 0 || percent > most)
            Fail("percent_invalid", field, $"`{field}` is {Text(percent)}; it lies between 0 and {Text(most)}.");
        else if (decimal.Round(percent, PercentMaxDecimals) != percent)
            Fail("amount_too_fine", field, $"`{field}` is {Text(percent)}; it may have at most {PercentMaxDecimals} decimals.");
    }

    /// <exception cref="RejectedException">Some check failed.</exception>
    public void ThrowIfAny()
    {
        if (failures.Count > 0) throw new RejectedException([.. failures]);
    }

    private static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);
}
