using System.Text.Json.Nodes;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Fleets;

/// <summary>The facts about fleets that a file may hold side by side: which one an entry is, its keys tell.</summary>
public static class FleetFacts
{
    /// <summary>A cost line names itself; a cost of the whole fleet says what it is per hour; a size says neither.</summary>
    public static FleetFact Of(JsonObject entry) =>
        entry.ContainsKey("line") || entry.ContainsKey("kind") ? FleetFact.CostLine
        : entry.ContainsKey("accelerator") && entry.ContainsKey("count") && !entry.Any(p => p.Key is "costPerHour" or "currency") ? FleetFact.Size
        : FleetFact.WholeCost;

    internal static IBookInput Input(string path, int index, JsonObject entry) => Of(entry) switch
    {
        FleetFact.CostLine => CatalogFile.Read<CostLineInput>(path, index, entry),
        FleetFact.Size => CatalogFile.Read<FleetSizeInput>(path, index, entry),
        _ => CatalogFile.Read<FleetCostInput>(path, index, entry),
    };

    /// <summary>Decides the entry as the host would, but for what only the host knows.</summary>
    public static void Check(string path, int index, JsonObject entry, DateTimeOffset now) => Input(path, index, entry).Entry(now, "");
}

/// <summary>A kind of fact about a fleet.</summary>
public enum FleetFact
{
    /// <summary>What the whole fleet costs per hour.</summary>
    WholeCost,

    /// <summary>How many accelerators it has.</summary>
    Size,

    /// <summary>One reason why it costs money.</summary>
    CostLine,
}
