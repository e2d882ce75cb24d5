using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets.Estimates;
using GraphQL;

namespace FinOps.Platform.Targets;

/// <summary>What a million tokens of a model should cost on a fleet by the physical model, from an instant on; the same in GraphQL and in files.</summary>
[Name("ModelledTargetInput")]
public sealed record ModelledTargetInput
{
    public required string Fleet { get; init; }

    /// <summary>As usage names it.</summary>
    public required string Model { get; init; }

    /// <summary>On a 15-minute boundary, with `setsWorkWeights` on an hour; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>
    /// The design point: deployment, lengths, cached share, load, price and utilisation. Without `model` that of the target; without a price, what an
    /// accelerator-hour of the fleet costs when the target begins.
    /// </summary>
    public required EstimateInput Estimate { get; init; }

    /// <summary>Whether the fleet's hours are shared by what tokens weigh in this target, from then on. By default not.</summary>
    public bool? SetsWorkWeights { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetModelledTarget ToCommand() => new(Fleet, Model, From, Estimate.ToRequest(), SetsWorkWeights ?? false);

    /// <summary>The target, and the work weights where it sets them.</summary>
    /// <param name="facts">Chips, models, efficiencies.</param>
    internal IEnumerable<IBookInput> By(TargetFacts facts) => SetsWorkWeights == true
        ? [new DecidedTarget(this, facts), new DecidedWeights(this, facts)]
        : [new DecidedTarget(this, facts)];

    internal Target Decide(TargetFacts facts, Books books, DateTimeOffset now)
    {
        var target = ToCommand().Decide(facts, books.Fleets, now);
        return target with { Modelled = target.Modelled! with { Inputs = ModelledTargetSet.TextOf(Estimate), SetsWorkWeights = SetsWorkWeights ?? false } };
    }

    /// <summary>The name of a set tells what it weighs, since it stands on figures for ever.</summary>
    internal static EffectiveWeights Weights(Target target)
    {
        var unnamed = target.Modelled!.Weights("target");
        var content = string.Join(' ', unnamed.Units.Select(u => u.ToString("0.############", CultureInfo.InvariantCulture)));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{target.Model}\n{content}")))[..8];
        var name = target.Model.Value.Length > 200 ? "" : $"{target.Model.Value}-";
        return new EffectiveWeights(target.Fleet, target.From, target.Modelled.Weights($"target-{name}{digest}"));
    }

    /// <summary>Price and figures are known where the books are at hand; until then the fact says only what was asked.</summary>
    private sealed record DecidedTarget(ModelledTargetInput Of, TargetFacts Facts) : IBookInput
    {
        public string? Reason => Of.Reason;

        public BookEntry Decide(DateTimeOffset now, string by)
        {
            var start = Of.ToCommand().Check(now);
            return new BookEntry(
                TargetSet.Stream(Of.Fleet, Of.Model),
                new ModelledTargetSet(
                    Of.Fleet, Of.Model, start, Of.Estimate, "", 0, "", TargetPriceSource.Input, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Of.SetsWorkWeights ?? false, now, by),
                books => TargetSet.IsNews(books.Targets, Of.Decide(Facts, books, now), Of.From is not null), $"fleet/{Of.Fleet}")
            {
                Made = books => ModelledTargetSet.Of(Of.Decide(Facts, books, now), Of.Estimate, Of.SetsWorkWeights ?? false, now, by),
            };
        }
    }

    /// <summary>What tokens weigh in the target, as a fact of its own.</summary>
    private sealed record DecidedWeights(ModelledTargetInput Of, TargetFacts Facts) : IBookInput
    {
        public string? Reason => Of.Reason;

        public BookEntry Decide(DateTimeOffset now, string by)
        {
            var start = Of.ToCommand().Check(now);
            var unmade = new WorkWeightsSet("", Of.Fleet, start, [], now, by);
            return new BookEntry(WorkWeightsSet.Stream, unmade, books => Entry(books).IsNews(books), $"fleet/{Of.Fleet}") { Made = books => Entry(books).Event };

            BookEntry Entry(Books books) => WorkWeightsSet.Entry(Weights(Of.Decide(Facts, books, now)), Of.From is not null, now, by);
        }
    }
}
