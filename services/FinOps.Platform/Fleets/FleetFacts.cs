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

    internal static BookEntry Entry(string path, int index, JsonObject entry, DateTimeOffset now, string by)
    {
        switch (Of(entry))
        {
            case FleetFact.CostLine:
                return CostLineSet.Entry(CatalogFile.Read<CostLineInput>(path, index, entry).ToCommand(), now, by);
            case FleetFact.Size:
                var size = CatalogFile.Read<FleetSizeInput>(path, index, entry);
                return FleetSizeSet.Entry(size.ToCommand().Decide(now), size.From is not null, now, by);
            default:
                var cost = CatalogFile.Read<FleetCostInput>(path, index, entry);
                return FleetCostSet.Entry(cost.ToCommand().Decide(now), cost.From is not null, now, by);
        }
    }

    /// <summary>Decides the entry as the host would, but for what only the host knows.</summary>
    public static void Check(string path, int index, JsonObject entry, DateTimeOffset now) => Entry(path, index, entry, now, "");
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
