using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>Checks the numbers of a request, each by itself.</summary>
internal static class EstimateNumbers
{
    /// <summary>Longer than any model reads, more requests than any fleet holds, slower than anybody waits: a slip.</summary>
    public const double Most = 100_000_000;

    private const int MostGuesses = 16;

    public static void Check(EstimateRequest asked, Accelerator? chip, Checks checks)
    {
        Between(asked.PromptTokens, 0, "promptTokens", checks);
        Between(asked.OutputTokens, 1, "outputTokens", checks);
        Share(asked.CachedPrefixShare, "cachedPrefixShare", checks);
        CheckLoad(asked, checks);
        CheckKv(asked, checks);
        if (asked.MostSequences is < 1) checks.Fail("number_invalid", "mostSequences", $"`mostSequences` is {asked.MostSequences}; at least 1 runs.");
        if (asked.Speculation is { } guesses) CheckSpeculation(guesses, checks);
        if (asked.PowerCapWatts is { } cap) CheckPower(cap, chip, checks);
        CheckPrice(asked, checks);
    }

    public static void Between(double value, double least, string field, Checks checks)
    {
        if (!(value >= least && value <= Most))
            checks.Fail("number_invalid", field, FormattableString.Invariant($"`{field}` is {value}; it lies between {least} and {Most}."));
    }

    private static void Share(double value, string field, Checks checks)
    {
        if (!(value >= 0 && value <= 1))
            checks.Fail("share_invalid", field, FormattableString.Invariant($"`{field}` is {value}; a share lies between 0 and 1; the nearest is {(value > 1 ? 1 : 0)}."));
    }

    private static void CheckLoad(EstimateRequest asked, Checks checks)
    {
        (string Field, double? Value)[] loads =
        [
            ("concurrency", asked.Concurrency), ("requestsPerSecond", asked.RequestsPerSecond),
            ("maxSecondsPerOutputToken", asked.MaxSecondsPerOutputToken), ("maxSecondsToFirstToken", asked.MaxSecondsToFirstToken),
        ];
        foreach (var (field, value) in loads)
        {
            if (value is { } given && !(given > 0 && given <= Most))
                checks.Fail("number_invalid", field, FormattableString.Invariant($"`{field}` is {given}; it lies above 0, at most {Most}."));
        }

        var limited = asked.MaxSecondsPerOutputToken is not null || asked.MaxSecondsToFirstToken is not null;
        var kinds = (asked.Concurrency is null ? 0 : 1) + (asked.RequestsPerSecond is null ? 0 : 1) + (limited ? 1 : 0);
        if (kinds > 1)
        {
            checks.Fail(
                "load_ambiguous", "concurrency",
                "Say the load in one way: `concurrency`, or `requestsPerSecond`, or the limits `maxSecondsPerOutputToken` and `maxSecondsToFirstToken`, or none of them for the most that fits.");
        }
    }

    private static void CheckKv(EstimateRequest asked, Checks checks)
    {
        var needed = Math.Ceiling(asked.PromptTokens + asked.OutputTokens);
        var isUsed = asked.KvAllocation == KvAllocation.Contiguous || asked.Batching == Batching.Static;
        if (asked.LongestSequence is not null && !isUsed)
        {
            checks.Fail(
                "longest_unused", "longestSequence",
                "`longestSequence` is the room that contiguous allocation keeps, and what a static batch waits for; leave it out, or set `kvAllocation` to CONTIGUOUS or `batching` to STATIC.");
        }
        else if (asked.LongestSequence is { } length ? length < needed : asked.KvAllocation == KvAllocation.Contiguous)
        {
            var given = asked.LongestSequence is null ? "is missing" : $"is {asked.LongestSequence}";
            checks.Fail("longest_too_short", "longestSequence", FormattableString.Invariant($"`longestSequence` {given}; prompt and answer take at least {needed} tokens."));
        }
    }

    private static void CheckSpeculation(Speculation guesses, Checks checks)
    {
        if (guesses.Tokens is < 1 or > MostGuesses)
            checks.Fail("number_invalid", "speculation.tokens", $"`speculation.tokens` is {guesses.Tokens}; between 1 and {MostGuesses} tokens are guessed.");
        Share(guesses.Acceptance, "speculation.acceptance", checks);
        Share(guesses.DraftCost, "speculation.draftCost", checks);
    }

    private static void CheckPower(double cap, Accelerator? chip, Checks checks)
    {
        if (!(cap > 0 && cap <= (chip?.PowerWatts ?? Most)))
        {
            var most = chip is null ? "" : FormattableString.Invariant($", at most the {chip.PowerWatts} W that {chip.Key} is designed for");
            checks.Fail("power_invalid", "powerCapWatts", FormattableString.Invariant($"`powerCapWatts` is {cap}; it lies above 0{most}."));
        }
    }

    private static void CheckPrice(EstimateRequest asked, Checks checks)
    {
        if (asked.PricePerAcceleratorHour is { } price) checks.Amount(price, "pricePerAcceleratorHour", Money.AllocationDecimals);
        if (asked.PricePerAcceleratorHour is not null || asked.Currency is not null) checks.CurrencyCode(asked.Currency);
        if (asked.PricePerAcceleratorHour is null && asked.Currency is not null)
            checks.Fail("price_missing", "pricePerAcceleratorHour", "`currency` is of a price; say `pricePerAcceleratorHour` too.");
        if (asked.PricePerAcceleratorHour is not null && (asked.PriceKind is not null || asked.Provider is not null))
            checks.Fail("price_ambiguous", "pricePerAcceleratorHour", "`pricePerAcceleratorHour` is given; `priceKind` and `provider` would choose one of the price book: leave out the one or the others.");
        if (asked.Utilisation is <= 0 or > 1)
            checks.Fail("share_invalid", "utilisation", FormattableString.Invariant($"`utilisation` is {asked.Utilisation}; it lies above 0, at most 1."));
    }
}
