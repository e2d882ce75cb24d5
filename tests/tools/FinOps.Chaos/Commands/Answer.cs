using System.Text.Json;

namespace FinOps.Chaos.Commands;

/// <summary>How a run says what it found: one JSON line, and the exit code 1 where something was lost or doubled.</summary>
internal static class Answer
{
    /// <summary>Where infra/chaos puts servers and logs; it removes them whatever happens.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("FINOPS_CHAOS_HOME") is { Length: > 0 } home ? home : null;

    public static int Print<T>(T result, bool isExact)
    {
        Console.WriteLine(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
        return isExact ? 0 : 1;
    }
}
