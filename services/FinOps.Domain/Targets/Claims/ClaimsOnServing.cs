using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What engines and routers are said to save.</summary>
internal static class ClaimsOnServing
{
    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [29] = c =>
        [
            ClaimFigure.Over(
                "cache memory", ClaimPoint.Saving,
                [.. new[] { "leastWaste", "mostWaste" }.Select(waste => 1 - (1 - c.Given(waste)) / (1 - c.Given("wasteWhenPaged")))]),
            new("sequences over those with room for the longest", "ratio", c.Sequences("paged") / c.Sequences("contiguous")),
        ],
        [30] = c =>
        {
            var model = c.Model("llama-2-70b");
            return
            [
                new("smaller cache", "ratio", (double)model.Heads / model.KvHeads),
                new("with one head for all, which is multi-query", "ratio", model.Heads),
            ];
        },
        [31] = c => [new("more users", "ratio", c.Given("pagedGain") * c.Model("llama-2-70b").Heads / c.Model("llama-2-70b").KvHeads)],
        [32] = c =>
        {
            var guessing = new Speculation((int)c.Given("guesses"), c.Given("acceptance"), c.Given("draftCost"));
            return
            [
                new("faster", "ratio", guessing.TokensPerStep / (1 + guessing.Tokens * guessing.DraftCost)),
                new("in the model, one at a time", "ratio", c.OutputPerSecond("guessing one at a time") / c.OutputPerSecond("one at a time")),
                new("in the model, at full load", "ratio", c.OutputPerSecond("guessing at full load") / c.OutputPerSecond("full load")),
            ];
        },
        [33] = c => [new("faster", "ratio", c.Given("acceptedPerStep") / (1 + c.Given("headCost")))],
        [34] = c => [new("cost", ClaimPoint.Saving, 1 - c.Claimed("static") / c.Claimed("continuous"))],
        [36] = c =>
        {
            var share = RouteRequests.ShareFor((decimal)c.Claimed("cost"), (decimal)c.Given("costRatio"));
            return
            [
                new("cost", ClaimPoint.Saving, (double)RouteRequests.Saving((decimal)c.Given("share"), (decimal)c.Given("costRatio"))),
                new("share of the traffic that it takes", "share", (double)share!.Value),
            ];
        },
    };
}
