using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Physics;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Targets;

/// <summary>Targets that a file may hold side by side: one with an `estimate` is modelled, the others say what they cost.</summary>
public static class TargetEntries
{
    public static bool IsModelled(JsonObject entry) => entry.ContainsKey("estimate");

    /// <summary>Decides the entry as the host would, but for what only the host knows: its facts and the fleet's cost.</summary>
    public static void Check(string path, int index, JsonObject entry, DateTimeOffset now)
    {
        if (IsModelled(entry)) CatalogFile.Read<ModelledTargetInput>(path, index, entry).ToCommand().Check(now);
        else CatalogFile.Read<TargetInput>(path, index, entry).ToCommand().Decide(now);
    }

    internal static IEnumerable<IBookInput> Inputs(string path, int index, JsonObject entry, TargetFacts facts) => IsModelled(entry)
        ? CatalogFile.Read<ModelledTargetInput>(path, index, entry).By(facts)
        : [CatalogFile.Read<TargetInput>(path, index, entry)];
}
