using System.Text.Json;

namespace FinOps.Domain.Providers;

/// <summary>Finds values in a body: <c>a.b</c> descends, <c>a[kind=X].b</c> takes those elements of a list whose <c>kind</c> is X.</summary>
internal static class UsagePath
{
    /// <returns>What is there; nothing where a step is absent, null, or of another shape.</returns>
    public static IEnumerable<JsonElement> Find(JsonElement from, string path)
    {
        IEnumerable<JsonElement> found = [from];
        foreach (var step in path.Split('.')) found = found.SelectMany(value => Step(value, step));
        return found.Where(value => value.ValueKind != JsonValueKind.Null);
    }

    private static IEnumerable<JsonElement> Step(JsonElement value, string step)
    {
        var bracket = step.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? step : step[..bracket];
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out var inner)) return [];
        if (bracket < 0) return [inner];
        if (inner.ValueKind != JsonValueKind.Array) return [];
        var condition = step[(bracket + 1)..^1].Split('=');
        return inner.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(condition[0], out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals(condition[1]));
    }
}
