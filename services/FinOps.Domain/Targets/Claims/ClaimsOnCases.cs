using FinOps.Domain.Targets.Economics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What companies are said to have saved. The same cases are scenarios, with every step of them.</summary>
internal static class ClaimsOnCases
{
    private const double DaysPerMonth = 30;
    private const double MinutesPerHour = 60;

    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [44] = c =>
        {
            var hours = c.Claimed("hours of sound a day");
            var cost = hours / c.Given("realTimeFactor") * c.Given("acceleratorHour");
            return
            [
                new("tokens a day", "tokens", hours * MinutesPerHour * c.Given("tokensPerMinute")),
                new("before", "USD a day", cost), new("after", "USD a day", cost / c.Given("batchGain")),
                new("real-time factor that the first cost implies", "hours of sound per accelerator-hour", hours * c.Given("acceleratorHour") / c.Claimed("before")),
                new("bought from a seller of transcription", "USD a day", hours * (double)c.Prices.Find(PriceKind.Serverless, PriceUnit.AudioHour, "whisper-large-v3")!.Low),
            ];
        },
        [45] = c =>
        {
            var tokens = c.Claimed("tokens a day") * DaysPerMonth;
            var optimised = tokens * c.CostPerToken("70B") / c.Given("utilisation");
            var before = tokens * c.CostPerToken("70B in 16 bits, 16 at once") / c.Given("utilisationBefore");
            var turns = c.Given("conversations") * c.Given("turns");
            return
            [
                new("tokens a day", "tokens", turns * c.Given("leastTokensPerTurn"), turns * c.Given("mostTokensPerTurn")),
                new("after", "USD a month", optimised), new("before", "USD a month", before),
                new("tokens of a turn that the three imply", "tokens", c.Claimed("tokens a day") / turns),
                new("price that the second cost implies", "USD per million tokens", c.Claimed("after") / tokens * ClaimCase.Million),
                new("price in the model", "USD per million tokens", optimised / tokens * ClaimCase.Million),
            ];
        },
        [46] = c =>
        {
            var groups = Enumerable.Repeat(DayProfile.Wave(c.Given("busyInstancesPerGroup"), c.Given("peakToMean")), (int)c.Given("groups")).ToList();
            var pools = DedicatedPools.Of(groups, c.Given("waitingAtMost"), (int)c.Given("leastInstances"));
            return
            [
                new("instances of the groups' own over those of one pool", "ratio", pools.CostRatio),
                new("utilisation with instances of their own", "share", pools.Dedicated.Utilisation), new("utilisation of one pool", "share", pools.Pooled.Utilisation),
            ];
        },
    };
}
