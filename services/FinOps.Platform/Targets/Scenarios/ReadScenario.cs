using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Platform.Targets.Scenarios;

/// <summary>
/// A file of a scenario. Its first step says everything; each further one says what it changes, down to single fields of `deployment`, `sound`
/// and `payment`. A deployment is an `EstimateInput`.
/// </summary>
public static class ReadScenario
{
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

        if (file["steps"] is not JsonArray { Count: > 0 } list || list.Any(s => s is not JsonObject))
            throw new CatalogFileException($"{path}: steps: must be an array of one object or more; the first is how it was.");
        var remarks = file.DeepClone().AsObject();
        foreach (var key in new[] { "steps", "notes", "source" }) remarks.Remove(key);
        var head = Read<ScenarioFile>(remarks, path);
        var steps = new List<ScenarioStep>();
        var state = new JsonObject();
        foreach (var (index, change) in list.Select(s => s!.AsObject()).Index())
        {
            var place = $"{path}: steps[{index}]";
            if (change["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String)
                throw new CatalogFileException($"{place}: name: is missing; say what is done.");
            state = Changed(state, change);
            steps.Add(new ScenarioStep(name.GetValue<string>(), Setup(Read<SetupFile>(state, place), place)));
        }

        return new Scenario(head.Name, head.About, head.Period, head.Demand, steps)
        {
            Claimed = head.Claimed?.ToClaimed(),
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
        if (file.Sites is < 1 || file.LeastCopies is < 0 || file.BaseShare is < 0)
            throw new CatalogFileException($"{place}: sites is 1 or more, leastCopies and baseShare 0 or more.");
        var clouds = (file.Clouds ?? []).Select(c => new ScenarioCloud(c.Name, c.Payment.ToPayment(), c.TransferPerGigabyte ?? 0, c.MostAccelerators)).ToList();
        var payment = file.Payment?.ToPayment() ?? clouds.FirstOrDefault()?.Payment ?? throw new CatalogFileException($"{place}: payment: is missing; say how hours are paid, or clouds.");
        return new ScenarioSetup(serving, payment)
        {
            Clouds = clouds,
            GigabytesPerMillion = file.GigabytesPerMillion ?? 0,
            BaseShare = file.BaseShare,
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
            return from.Deserialize<T>(StrictJson.Options)!;
        }
        catch (Exception flaw) when (flaw is JsonException or RejectedException)
        {
            throw new CatalogFileException($"{place}: {flaw.Message}", flaw);
        }
    }
}
