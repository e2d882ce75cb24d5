using System.Text.Json;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Claims;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Estimates;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Platform.Targets.Claims;

/// <summary>The claims that came with the program (<c>infra/catalog/claims.json</c>), or those of a file of one's own.</summary>
public static class ReadClaims
{
    private sealed record Row(int Number, string Says, string Source, string AsOf, IReadOnlyList<Point> Points)
    {
        public IReadOnlyDictionary<string, double>? Given { get; init; }

        public IReadOnlyDictionary<string, EstimateInput>? Deployments { get; init; }

        public string? Because { get; init; }

        public Claim ToClaim() => new(Number, Says, new Provenance(Source, AsOf), [.. Points.Select(p => p.ToPoint())])
        {
            Given = Given ?? new Dictionary<string, double>(),
            Deployments = (Deployments ?? new Dictionary<string, EstimateInput>()).ToDictionary(d => d.Key, d => d.Value.ToRequest()),
            Because = Because ?? "",
        };
    }

    private sealed record Point(string Name, string Unit)
    {
        public double? Value { get; init; }

        public double? Low { get; init; }

        public double? High { get; init; }

        public ClaimRelation? Relation { get; init; }

        public double? Within { get; init; }

        public string? OnlyIf { get; init; }

        public ClaimPoint ToPoint()
        {
            var low = Value ?? Low ?? throw new JsonException($"points: {Name}: has neither value nor low.");
            var high = Value ?? High ?? throw new JsonException($"points: {Name}: has neither value nor high.");
            var point = new ClaimPoint(Name, Unit, low, high)
            {
                Relation = Relation ?? ClaimRelation.About,
                OnlyIf = OnlyIf,
            };
            return Within is { } within ? point with { Within = within } : point;
        }
    }

    public static IReadOnlyList<Claim> Built()
    {
        using var stream = typeof(ReadClaims).Assembly.GetManifestResourceStream("claims.json") ?? throw new InvalidOperationException("The program lacks its claims.json.");
        using var reader = new StreamReader(stream);
        return Parse("claims.json", reader.ReadToEnd());
    }

    /// <exception cref="CatalogFileException">An entry is wrong; the message names file, entry and field.</exception>
    public static IReadOnlyList<Claim> Parse(string file, string text) => [.. CatalogFile.Parse(file, text).Select((entry, index) =>
    {
        try
        {
            return entry.Deserialize<Row>(StrictJson.Options)!.ToClaim();
        }
        catch (JsonException flaw)
        {
            throw new CatalogFileException($"{file}: entry {index}: {flaw.Message}", flaw);
        }
    })];
}
