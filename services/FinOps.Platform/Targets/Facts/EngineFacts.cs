using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Rows of <c>engines.json</c>: `engine` and `generation` (null is any) and the fields of <see cref="Efficiency"/>.</summary>
internal static class EngineFacts
{
    public const string File = "engines.json";

    public static EngineEfficiency? Of(FactRow row, List<string> flaws)
    {
        var values = row.Values.DeepClone().AsObject();
        values.Remove("engine");
        values.Remove("generation");
        if ((row with { Values = values }).Read<Efficiency>(flaws) is not { } efficiency) return null;
        return new EngineEfficiency(Name("engine"), Name("generation"), efficiency);

        string? Name(string field)
        {
            if (row.Values[field] is not { } value) return null;
            if (value is JsonValue text && text.TryGetValue<string>(out var name) && name.Length > 0) return name;
            flaws.Add(row.Flaw(field, "is a name, or null for any."));
            return null;
        }
    }
}
