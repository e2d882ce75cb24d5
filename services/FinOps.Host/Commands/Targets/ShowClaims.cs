using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Claims;
using FinOps.Domain.Values;
using FinOps.Platform.Targets.Claims;

namespace FinOps.Host.Commands.Targets;

/// <summary>What is said about the cost of tokens, beside what the model gives. Needs no server.</summary>
internal static class ShowClaims
{
    private static readonly Argument<int?> Number = new("NUMBER") { Description = "One claim; all without it.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per claim." };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "The page docs/claims.md." };

    public static Command Command()
    {
        var command = new Command(
            "claims",
            """
            What is said about the cost of tokens, recomputed from facts, prices and the model.
            OK: about the same. COND: only under a condition. BAD: contradicted. EXT: no physics gives it.
            """)
        {
            Number, Json, Markdown, FactsOption.Catalog,
        };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed)));
        return command;
    }

    private static int Run(ParseResult parsed) => Answer.To(parsed, output =>
    {
        var facts = FactsOption.Read(parsed);
        var claims = ReadClaims.Built();
        var asked = claims.Where(c => parsed.GetValue(Number) is not { } number || c.Number == number).ToList();
        if (asked.Count == 0)
        {
            throw new RejectedException(new Rejection(
                "claim_unknown", "NUMBER", $"There is no claim {parsed.GetValue(Number)}; they are numbered from 1 to {claims.Max(c => c.Number)}."));
        }

        var judged = asked.Select(c => RecomputeClaims.Of(c, facts.Facts, facts.Prices)).ToList();
        if (parsed.GetValue(Markdown)) output.Write(WriteClaims.Markdown(judged));
        else foreach (var claim in judged) output.WriteLine(parsed.GetValue(Json) ? Line(claim).ToJsonString(TargetJson.Plain) : WriteClaims.Words(claim));
    });

    private static JsonObject Line(JudgedClaim claim) => new()
    {
        ["number"] = claim.Claim.Number,
        ["verdict"] = WriteClaims.Word(claim.Verdict),
        ["says"] = claim.Claim.Says,
        ["source"] = claim.Claim.Origin.Source,
        ["asOf"] = claim.Claim.Origin.AsOf,
        ["points"] = new JsonArray([.. claim.Points.Select(p => new JsonObject
        {
            ["name"] = p.Point.Name,
            ["unit"] = p.Point.Unit,
            ["claimed"] = new JsonArray(p.Point.Low, p.Point.High),
            ["model"] = p.Model is { } m ? new JsonArray(m.Low, m.High) : null,
            ["ratio"] = p.Ratio,
            ["verdict"] = WriteClaims.Word(p.Verdict),
            ["onlyIf"] = p.Point.OnlyIf,
        })]),
        ["besides"] = new JsonArray([.. claim.Besides.Select(f => new JsonObject { ["name"] = f.Name, ["unit"] = f.Unit, ["model"] = new JsonArray(f.Low, f.High) })]),
        ["inputs"] = WriteClaims.Inputs(claim.Claim),
        ["because"] = claim.Claim.Because,
    };
}
