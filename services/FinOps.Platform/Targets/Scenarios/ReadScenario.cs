using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Platform.Targets.Scenarios;

/// <summary>
/// A file of a scenario. Its first step says everything; each further one says what it changes, down to single fields of `deployment`, `sound`
/// and `payment`. A deployment is an `EstimateInput`.
/// </summary>
public static class ReadScenario
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false) },
    };

    private sealed record Head(string Name, string About, ScenarioPeriod Period, ScenarioDemand Demand)
    {
        public ClaimedFile? Claimed { get; init; }

        public IReadOnlyList<string>? BoughtFrom { get; init; }

        public IReadOnlyList<string>? Unconfirmed { get; init; }
    }

    private sealed record ClaimedFile(decimal Before, decimal After, string Currency, string Source, string AsOf);

    private sealed record SetupFile(PaymentFile Payment)
    {
        public EstimateInput? Deployment { get; init; }

        public SoundFile? Sound { get; init; }

        public int? Sites { get; init; }

        public int? LeastCopies { get; init; }

        public bool? Hourly { get; init; }

        public IReadOnlyList<RouteFile>? Routes { get; init; }

        public decimal? RouterPerMillion { get; init; }
    }

    private sealed record SoundFile(string Accelerator, double RealTimeFactor)
    {
        public double? BatchGain { get; init; }
    }

    private sealed record RouteFile(string Name, decimal Share, EstimateInput Deployment);

    private sealed record SpotFile(decimal Discount, decimal Availability)
    {
        public decimal? InterruptionsPerHour { get; init; }

        public decimal? HoursLostPerInterruption { get; init; }
    }

    private sealed record OwnedFile(decimal Years, decimal InterestPerYear, decimal Kilowatts, decimal PowerUsageEffectiveness, decimal PricePerKilowattHour)
    {
        public decimal? Price { get; init; }

        public decimal? Salvage { get; init; }

        public decimal? HostingPerKilowattMonth { get; init; }

        public decimal? OtherPerHour { get; init; }
    }

    private sealed record PaymentFile(PriceKind Kind)
    {
        public string? Provider { get; init; }

        public PricePoint? Point { get; init; }

        public decimal? PricePerAcceleratorHour { get; init; }

        public string? Currency { get; init; }

        public SpotFile? Spot { get; init; }

        public bool? Fallback { get; init; }

        public decimal? Discount { get; init; }

        public OwnedFile? Owned { get; init; }

        public Payment ToPayment()
        {
            var currency = new Currency(Currency ?? "USD");
            return new Payment(Kind)
            {
                Provider = Provider,
                Point = Point ?? PricePoint.Middle,
                AcceleratorHour = PricePerAcceleratorHour is { } hour ? new Money(hour, currency) : null,
                Spot = Spot is { } s ? new SpotUse(s.Discount, s.Availability, s.InterruptionsPerHour ?? 0, s.HoursLostPerInterruption ?? 0) : null,
                Fallback = Fallback ?? false,
                Discount = Discount,
                Owned = Owned is not { } o ? null : new OwnedHour(new Money(o.Price ?? 0, currency), o.Years, o.InterestPerYear, o.Kilowatts, o.PowerUsageEffectiveness, o.PricePerKilowattHour)
                {
                    Salvage = o.Salvage ?? 0,
                    HostingPerKilowattMonth = o.HostingPerKilowattMonth ?? 0,
                    OtherPerHour = o.OtherPerHour ?? 0,
                },
            };
        }
    }

    /// <exception cref="CatalogFileException">The file cannot be read; the message names the step and the field.</exception>
    public static Scenario FromFile(string path)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new CatalogFileException($"{path}: {trouble.Message}", trouble);
        }
    }

    /// <exception cref="CatalogFileException">The text is no scenario; the message names the step and the field.</exception>
    public static Scenario Parse(string path, string text)
    {
        JsonObject file;
        try
        {
            file = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }) as JsonObject
                ?? throw new CatalogFileException($"{path}: a JSON object is expected.");
        }
        catch (JsonException flaw)
        {
            throw new CatalogFileException($"{path}: {flaw.Message}", flaw);
        }

        if (file["steps"] is not JsonArray { Count: > 0 } list || list.Any(s => s is not JsonObject)) throw new CatalogFileException($"{path}: steps: must be an array of one object or more; the first is how it was.");
        var remarks = file.DeepClone().AsObject();
        foreach (var key in new[] { "steps", "notes", "source" }) remarks.Remove(key);
        var head = Read<Head>(remarks, path);
        var steps = new List<ScenarioStep>();
        var state = new JsonObject();
        foreach (var (index, change) in list.Select(s => s!.AsObject()).Index())
        {
            var place = $"{path}: steps[{index}]";
            if (change["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String) throw new CatalogFileException($"{place}: name: is missing; say what is done.");
            state = Changed(state, change);
            steps.Add(new ScenarioStep(name.GetValue<string>(), Setup(Read<SetupFile>(state, place), place)));
        }

        return new Scenario(head.Name, head.About, head.Period, head.Demand, steps)
        {
            Claimed = head.Claimed is { } c ? new ClaimedCost(new Money(c.Before, new Currency(c.Currency)), new Money(c.After, new Currency(c.Currency)), new Provenance(c.Source, c.AsOf)) : null,
            BoughtFrom = head.BoughtFrom ?? [],
            Unconfirmed = head.Unconfirmed ?? [],
        };
    }

    /// <summary>Objects change by field, everything else as a whole; null takes away.</summary>
    private static JsonObject Changed(JsonObject before, JsonObject change)
    {
        var after = before.DeepClone().AsObject();
        foreach (var (field, value) in change.Where(f => f.Key is not ("name" or "notes" or "source")))
        {
            if (value is null) after.Remove(field);
            // Another way of paying begins anew: what it does not say is not the way before it.
            else if (value is JsonObject inner && after[field] is JsonObject old && !(field == "payment" && inner.ContainsKey("kind"))) after[field] = Changed(old, inner);
            else after[field] = value.DeepClone();
        }

        return after;
    }

    private static ScenarioSetup Setup(SetupFile file, string place)
    {
        Serving serving = (file.Deployment, file.Sound) switch
        {
            ({ } text, null) => new Serving.Text(text.ToRequest()),
            (null, { } sound) => new Serving.Sound(sound.Accelerator, sound.RealTimeFactor, sound.BatchGain ?? 1),
            _ => throw new CatalogFileException($"{place}: a step has either deployment or sound."),
        };
        if (file.Sites is < 1 || file.LeastCopies is < 0) throw new CatalogFileException($"{place}: sites is 1 or more, leastCopies 0 or more.");
        return new ScenarioSetup(serving, file.Payment.ToPayment())
        {
            Sites = file.Sites ?? 1,
            LeastCopies = file.LeastCopies ?? 1,
            Hourly = file.Hourly ?? false,
            Routes = [.. (file.Routes ?? []).Select(r => new ScenarioRoute(r.Name, r.Share, new Serving.Text(r.Deployment.ToRequest())))],
            RouterPerMillion = file.RouterPerMillion ?? 0,
        };
    }

    private static T Read<T>(JsonObject from, string place)
    {
        try
        {
            return from.Deserialize<T>(Json)!;
        }
        catch (Exception flaw) when (flaw is JsonException or RejectedException)
        {
            throw new CatalogFileException($"{place}: {flaw.Message}", flaw);
        }
    }
}
