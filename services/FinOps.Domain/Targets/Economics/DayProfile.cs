namespace FinOps.Domain.Targets.Economics;

/// <summary>What is asked in each hour of a day, in erlangs: the mean number of busy servers.</summary>
public sealed class DayProfile
{
    public const int Hours = 24;

    private readonly double[] hourly;

    /// <param name="hourly">24 of them, 0 or more, in one time zone for all profiles that are added.</param>
    public DayProfile(IEnumerable<double> hourly)
    {
        this.hourly = [.. hourly];
        if (this.hourly.Length != Hours || this.hourly.Any(h => h < 0 || !double.IsFinite(h)))
            throw new ArgumentException($"A day has {Hours} hours, each with a demand of 0 or more.", nameof(hourly));
    }

    public IReadOnlyList<double> Hourly => hourly;

    public double Mean => hourly.Average();

    public double Peak => hourly.Max();

    /// <summary>The same all day.</summary>
    public static DayProfile Flat(double demand) => new(Enumerable.Repeat(demand, Hours));

    /// <summary>A wave with its top at an hour: mean · (1 + (peak/mean − 1) · cos).</summary>
    /// <param name="mean">Erlangs.</param>
    /// <param name="peakToMean">1 (flat) to 2 (nothing at night).</param>
    /// <param name="peakHour">Where the top is.</param>
    public static DayProfile Wave(double mean, double peakToMean, double peakHour = 14)
    {
        if (peakToMean is < 1 or > 2) throw new ArgumentOutOfRangeException(nameof(peakToMean), peakToMean, "A wave's peak is 1 to 2 times its mean.");
        return new DayProfile(Enumerable.Range(0, Hours).Select(h => Math.Max(0, mean * (1 + (peakToMean - 1) * Math.Cos((h - peakHour) * 2 * Math.PI / Hours)))));
    }

    /// <summary>The same day where it is so many hours later.</summary>
    public DayProfile Shifted(int hours) => new(Enumerable.Range(0, Hours).Select(h => hourly[(h - hours % Hours + Hours) % Hours]));

    public DayProfile Times(double factor) => new(hourly.Select(h => h * factor));

    /// <summary>All of them together, hour by hour: peaks that fall into different hours do not add up.</summary>
    public static DayProfile Sum(IEnumerable<DayProfile> profiles)
    {
        var sum = new double[Hours];
        foreach (var profile in profiles)
        {
            for (var h = 0; h < Hours; h++) sum[h] += profile.hourly[h];
        }

        return new DayProfile(sum);
    }
}
