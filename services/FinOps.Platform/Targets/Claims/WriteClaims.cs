using System.Globalization;
using System.Text;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Claims;

namespace FinOps.Platform.Targets.Claims;

/// <summary>Claims beside what the model gives, for readers.</summary>
public static class WriteClaims
{
    /// <summary>The page <c>docs/claims.md</c>.</summary>
    public static string Markdown(IReadOnlyList<JudgedClaim> claims)
    {
        var text = new StringBuilder();
        text.Append(
            $"""
            # Claims about the cost of tokens, recomputed

            What the cost-per-token article of Introl (2025-12) says in numbers, beside what our model, our facts and our prices give. Written by
            `infra/finops targets claims --markdown`; a test writes it again and compares. Claims are data ([infra/catalog/claims.json](../infra/catalog/claims.json):
            numbers, what is estimated for them, tolerances); a verdict follows from comparing the two, and nobody sets it. No claim is ever a target.

            | verdict | meaning | claims |
            |---|---|---:|
            | OK | the model gives about the same, within the tolerance that the claim's row states | {Count(Verdict.Ok)} |
            | COND | only under the condition that is named | {Count(Verdict.Cond)} |
            | BAD | arithmetic or physics gives something else | {Count(Verdict.Bad)} |
            | EXT | somebody's own figure, which no physics gives: kept as quoted | {Count(Verdict.Ext)} |

            A claim has the verdict of its worst number; each number has its own in the table. A saving is judged by what is left: 85 % and 96 % are far apart.

            | # | claim | number | claimed | model | claim/model | verdict | inputs, condition |
            |---:|---|---|---:|---:|---:|---|---|

            """);
        foreach (var claim in claims)
        {
            // A claim is named once, in the row of its first number.
            var (number, says, inputs) = ($"{claim.Claim.Number}", claim.Claim.Says, Inputs(claim.Claim));
            foreach (var point in claim.Points)
            {
                string[] conditions = point.Point.OnlyIf is { } only ? [inputs, "only if: " + only] : [inputs];
                string[] cells =
                [
                    number, says, point.Point.Name, Claimed(point.Point), point.Model is { } m ? Figure(m) : "–", point.Ratio is { } r ? Number(r) : "–",
                    Word(point.Verdict), string.Join("; ", conditions.Where(c => c.Length > 0)),
                ];
                text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
                (number, says, inputs) = ("", "", "");
            }
        }

        text.Append("\n## One by one\n\n");
        foreach (var claim in claims)
        {
            text.Append(CultureInfo.InvariantCulture, $"**{claim.Claim.Number}. {Word(claim.Verdict)}** `infra/finops targets claims {claim.Claim.Number}`");
            if (claim.Claim.Because.Length > 0) text.Append(CultureInfo.InvariantCulture, $": {claim.Claim.Because}");
            text.Append('\n');
            foreach (var figure in claim.Besides) text.Append(CultureInfo.InvariantCulture, $"  - {figure.Name}: {Figure(figure)}\n");
            text.Append('\n');
        }

        return text.ToString().ReplaceLineEndings("\n").TrimEnd() + "\n";

        int Count(Verdict verdict) => claims.Count(c => c.Verdict == verdict);
    }

    /// <summary>One claim with its numbers, for a terminal.</summary>
    public static string Words(JudgedClaim claim)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{claim.Claim.Number,2}  {Word(claim.Verdict),-4}  {claim.Claim.Says}\n");
        foreach (var point in claim.Points)
        {
            text.Append(CultureInfo.InvariantCulture, $"          {point.Point.Name}: claimed {Claimed(point.Point)}, ");
            text.Append(point.Model is { } model ? $"model {Figure(model)}" : "no physics gives it");
            if (point.Ratio is { } ratio) text.Append(CultureInfo.InvariantCulture, $", claim/model {Number(ratio)}");
            text.Append(CultureInfo.InvariantCulture, $"  {Word(point.Verdict)}{(point.Point.OnlyIf is { } only ? $", only if: {only}" : "")}\n");
        }

        foreach (var figure in claim.Besides) text.Append(CultureInfo.InvariantCulture, $"          besides: {figure.Name} {Figure(figure)}\n");
        if (Inputs(claim.Claim) is { Length: > 0 } inputs) text.Append(CultureInfo.InvariantCulture, $"          from: {inputs}\n");
        if (claim.Claim.Because.Length > 0) text.Append(CultureInfo.InvariantCulture, $"          {claim.Claim.Because}\n");
        return text.ToString();
    }

    public static string Word(Verdict verdict) => verdict.ToString().ToUpperInvariant();

    /// <summary>The numbers and deployments that the model took.</summary>
    public static string Inputs(Claim claim) => string.Join(
        "; ", claim.Deployments.Select(d => $"{d.Key} = {Deployment(d.Value)}").Concat(claim.Given.Select(g => $"{g.Key} = {Number(g.Value)}")));

    private static string Deployment(EstimateRequest asked)
    {
        var count = asked.Accelerators is { } n ? $"{n}" : "the fewest";
        var load = asked.Concurrency is { } c ? $", {Number(c)} at once" : "";
        return $"{asked.Model} {asked.Weights} on {count} {asked.Accelerator}, {Number(asked.PromptTokens)}/{Number(asked.OutputTokens)} tokens{load}";
    }

    private static string Claimed(ClaimPoint point)
    {
        var relation = point.Relation switch { ClaimRelation.AtLeast => "up to ", ClaimRelation.AtMost => "from ", _ => "" };
        return relation + Figure(new ClaimFigure(point.Name, point.Unit, point.Low, point.High));
    }

    /// <summary>Three significant digits: no claim is finer.</summary>
    private static string Figure(ClaimFigure figure)
    {
        var isShare = figure.Unit is ClaimPoint.Saving or "share" or "share more" or "utilisation";
        var factor = isShare ? 100 : 1;
        var (low, high) = (Number(figure.Low * factor), Number(figure.High * factor));
        var unit = figure.Unit switch
        {
            ClaimPoint.Saving => " % saved",
            "share" or "utilisation" => " %",
            "share more" => " % more",
            "ratio" => "×",
            "exponent" => "",
            var other => " " + other,
        };
        return (low == high ? low : $"{low} to {high}") + unit;
    }

    private static string Number(double value)
    {
        if (value == 0) return "0";
        var digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 9);
        return Math.Abs(value) >= 1e6 ? (value / 1e6).ToString(Math.Abs(value) >= 1e8 ? "#,0" : "0.##", CultureInfo.InvariantCulture) + " million"
            : Math.Round(value, digits).ToString(Math.Abs(value) >= 10_000 ? "#,0" : "0.#########", CultureInfo.InvariantCulture);
    }
}
