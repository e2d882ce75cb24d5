namespace FinOps.Domain.Values;

/// <summary>Stretches of time in hours, exactly.</summary>
public static class Hours
{
    public static decimal Between(DateTimeOffset from, DateTimeOffset to) => (decimal)(to - from).Ticks / TimeSpan.TicksPerHour;
}
