namespace FinOps.Domain.Values;

/// <summary>A command that does not say from when holds for the whole day on which it is recorded.</summary>
internal static class Day
{
    public static DateTimeOffset FromOrStart(DateTimeOffset? from, DateTimeOffset now) =>
        from?.ToUniversalTime() ?? new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
}
