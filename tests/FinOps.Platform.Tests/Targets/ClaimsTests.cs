using System.Text.Json;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Claims;
using FinOps.Host.Commands.Targets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Claims;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tests.Graph;

namespace FinOps.Platform.Tests.Targets;

/// <summary>What is said about the cost of tokens, recomputed.</summary>
public sealed class ClaimsTests
{
    private static readonly IReadOnlyList<JudgedClaim> All =
        [.. ReadClaims.Built().Select(c => RecomputeClaims.Of(c, LoadFacts.Built.Facts, LoadFacts.Built.Prices))];

    public static TheoryData<int> Numbers => [.. All.Select(c => c.Claim.Number)];

    [Fact]
    public void The_page_of_claims_is_what_the_model_gives() => Snapshot.Compare(WriteClaims.Markdown(All), "../../../docs/claims.md");

    [Fact]
    public void Every_numeric_claim_of_the_article_is_there() => Assert.Equal(Enumerable.Range(1, 46), All.Select(c => c.Claim.Number));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_claim_is_recomputed_or_external_and_its_figures_are_numbers(int number)
    {
        var claim = All.Single(c => c.Claim.Number == number);

        Assert.NotEmpty(claim.Points);
        Assert.All(claim.Points, p => Assert.True(p.Point.Low <= p.Point.High));
        Assert.All(claim.Points.Select(p => p.Model).Concat(claim.Besides).OfType<ClaimFigure>(), f => Assert.True(double.IsFinite(f.Low) && f.Low <= f.High, f.Name));
        Assert.Equal(claim.Points.All(p => p.Model is null), claim.Verdict == Verdict.Ext);
        Assert.Equal(claim.Points.Any(p => p.Model is not null && p.Point.OnlyIf is not null && p.Verdict != Verdict.Bad), claim.Points.Any(p => p.Verdict == Verdict.Cond));
    }

    /// <summary>Those that follow from arithmetic and data sheets alone, whatever was fitted.</summary>
    [Theory]
    [InlineData(1, Verdict.Bad)]
    [InlineData(7, Verdict.Bad)]
    [InlineData(8, Verdict.Ok)]
    [InlineData(9, Verdict.Ext)]
    [InlineData(11, Verdict.Ok)]
    [InlineData(13, Verdict.Cond)]
    [InlineData(14, Verdict.Cond)]
    [InlineData(17, Verdict.Bad)]
    [InlineData(18, Verdict.Bad)]
    [InlineData(21, Verdict.Bad)]
    [InlineData(24, Verdict.Bad)]
    [InlineData(27, Verdict.Bad)]
    [InlineData(28, Verdict.Bad)]
    [InlineData(30, Verdict.Cond)]
    [InlineData(34, Verdict.Ok)]
    [InlineData(35, Verdict.Cond)]
    [InlineData(38, Verdict.Ok)]
    [InlineData(41, Verdict.Ok)]
    [InlineData(42, Verdict.Ok)]
    [InlineData(44, Verdict.Bad)]
    [InlineData(45, Verdict.Bad)]
    [InlineData(46, Verdict.Ext)]
    public void What_arithmetic_decides_stays_decided(int number, Verdict verdict) => Assert.Equal(verdict, All.Single(c => c.Claim.Number == number).Verdict);

    [Theory]
    [InlineData(100, 125, ClaimRelation.About, false, Verdict.Ok)]
    [InlineData(100, 126, ClaimRelation.About, false, Verdict.Bad)]
    [InlineData(100, 80, ClaimRelation.About, false, Verdict.Ok)]
    [InlineData(100, 79, ClaimRelation.About, false, Verdict.Bad)]
    [InlineData(100, 1_000, ClaimRelation.AtLeast, false, Verdict.Ok)]
    [InlineData(100, 79, ClaimRelation.AtLeast, false, Verdict.Bad)]
    [InlineData(100, 10, ClaimRelation.AtMost, false, Verdict.Ok)]
    [InlineData(100, 126, ClaimRelation.AtMost, false, Verdict.Bad)]
    [InlineData(100, 100, ClaimRelation.About, true, Verdict.Cond)]
    [InlineData(100, 200, ClaimRelation.About, true, Verdict.Bad)]
    public void A_verdict_follows_from_the_numbers_and_the_tolerance(double claimed, double model, ClaimRelation relation, bool conditional, Verdict verdict) =>
        Assert.Equal(verdict, Judge(new ClaimPoint("p", "ratio", claimed, claimed) { Relation = relation, OnlyIf = conditional ? "so" : null }, model));

    [Theory]
    [InlineData(0.85, 0.96, ClaimRelation.About, Verdict.Bad)]
    [InlineData(0.50, 0.55, ClaimRelation.About, Verdict.Ok)]
    [InlineData(0.90, 0.96, ClaimRelation.AtLeast, Verdict.Ok)]
    [InlineData(0.90, 0.80, ClaimRelation.AtLeast, Verdict.Bad)]
    [InlineData(0.45, -0.2, ClaimRelation.About, Verdict.Bad)]
    public void A_saving_is_judged_by_what_is_left(double claimed, double model, ClaimRelation relation, Verdict verdict) =>
        Assert.Equal(verdict, Judge(new ClaimPoint("p", ClaimPoint.Saving, claimed, claimed) { Relation = relation }, model));

    [Fact]
    public async Task The_command_prints_one_claim_or_all_and_refuses_one_that_is_not_there()
    {
        var one = await RunAsync("16", "--json");
        var line = JsonDocument.Parse(Assert.Single(one.Lines)).RootElement;
        Assert.Equal((16, "BAD", 2), (line.GetProperty("number").GetInt32(), line.GetProperty("verdict").GetString(), line.GetProperty("points").GetArrayLength()));
        Assert.Equal(46, (await RunAsync("--json")).Lines.Count);
        Assert.Contains("claimed 85 % saved", (await RunAsync("16")).Output, StringComparison.Ordinal);
        var none = await RunAsync("99");
        Assert.Equal((1, true), (none.Code, none.Error.Contains("no claim 99", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bad_claim_names_its_entry_and_field()
    {
        var unknown = Assert.Throws<CatalogFileException>(() => ReadClaims.Parse("f", """[{ "number": 1, "says": "s", "source": "s", "asOf": "2026", "points": [], "tolerance": 1 }]"""));
        var empty = Assert.Throws<CatalogFileException>(() => ReadClaims.Parse("f", """[{ "number": 1, "says": "s", "source": "s", "asOf": "2026", "points": [{ "name": "cost", "unit": "USD" }] }]"""));

        Assert.Contains("f: entry 0", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("tolerance", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("cost: has neither value nor low", empty.Message, StringComparison.Ordinal);
    }

    private static Verdict Judge(ClaimPoint point, double model) =>
        JudgeClaim.Of(new Claim(1, "s", new Provenance("s", "2026"), [point]), [new ClaimFigure("p", point.Unit, model)]).Verdict;

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync(ShowClaims.Command(), arguments);
}
