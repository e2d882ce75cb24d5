using System.Globalization;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Digests;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Quiet hours and digests by a zone's clock, on the nights when it changes too.</summary>
public sealed class QuietHoursTests
{
    [Theory]
    [InlineData("22:00", "07:00", "UTC", "2026-03-10T21:59:59Z", null)]
    [InlineData("22:00", "07:00", "UTC", "2026-03-10T22:00:00Z", "2026-03-11T07:00:00Z")]
    [InlineData("22:00", "07:00", "UTC", "2026-03-11T06:59:59Z", "2026-03-11T07:00:00Z")]
    [InlineData("22:00", "07:00", "UTC", "2026-03-11T07:00:00Z", null)]
    [InlineData("12:00", "13:00", "UTC", "2026-03-11T12:30:00Z", "2026-03-11T13:00:00Z")]
    [InlineData("22:00", "07:00", "Asia/Kathmandu", "2026-03-10T16:15:00Z", "2026-03-11T01:15:00Z")]
    // Berlin, clocks forward at 01:00Z: the night is an hour shorter.
    [InlineData("22:00", "07:00", "Europe/Berlin", "2026-03-28T21:00:00Z", "2026-03-29T05:00:00Z")]
    // New York, forward at 07:00Z: 02:30 is left out, so it ends at 03:00.
    [InlineData("22:00", "02:30", "America/New_York", "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z")]
    // 02:15 to 02:45 does not come that night: nothing waits.
    [InlineData("02:15", "02:45", "America/New_York", "2026-03-08T07:00:00Z", null)]
    // Back at 06:00Z: 01:30 comes twice, and what lies between is quiet both times.
    [InlineData("22:00", "01:30", "America/New_York", "2026-11-01T05:45:00Z", "2026-11-01T06:30:00Z")]
    [InlineData("22:00", "01:30", "America/New_York", "2026-11-01T06:29:59Z", "2026-11-01T06:30:00Z")]
    [InlineData("22:00", "07:00", "America/New_York", "2026-11-01T03:00:00Z", "2026-11-01T12:00:00Z")]
    public void Alerts_wait_while_the_clock_shows_a_quiet_hour(string from, string to, string zone, string now, string? release) => Assert.Equal(
        release is null ? null : Instant(release), QuietHours.Read(from, to, zone).Release(Instant(now)));

    [Theory]
    [InlineData("22:00", "22:00", "UTC", "to")]
    [InlineData("25:00", "07:00", "UTC", "from")]
    [InlineData("22:00", "7", "UTC", "to")]
    [InlineData("22:00", "07:00", "Mars/Olympus", "timeZone")]
    public void Quiet_hours_that_are_none_are_refused_by_field(string from, string to, string zone, string field) =>
        Assert.Equal(field, Assert.Single(Assert.Throws<RejectedException>(() => QuietHours.Read(from, to, zone)).Rejections).Field);

    [Theory]
    [InlineData("America/New_York", "02:30", "2026-03-06T00:00:00Z", "2026-03-11T00:00:00Z", 5)]
    [InlineData("America/New_York", "01:30", "2026-10-30T00:00:00Z", "2026-11-04T00:00:00Z", 5)]
    [InlineData("Europe/Berlin", "02:30", "2026-10-22T00:00:00Z", "2026-10-28T00:00:00Z", 6)]
    // Midnight itself is left out there.
    [InlineData("America/Asuncion", "00:00", "2023-09-28T12:00:00Z", "2023-10-04T12:00:00Z", 6)]
    public void A_daily_digest_has_one_name_for_each_day_whatever_the_clock_does(string zone, string at, string from, string to, int days)
    {
        var schedule = new DigestSchedule(DigestEvery.Day, TimeOnly.Parse(at, CultureInfo.InvariantCulture), null, zone);
        var seen = new List<DateOnly>();
        // As the job would see it, each minute and once more.
        for (var now = Instant(from); now < Instant(to); now = now.AddSeconds(30))
        {
            var (day, due) = schedule.Last(now);
            Assert.True(due <= now && now - due < TimeSpan.FromHours(26));
            if (seen.Count == 0 || seen[^1] != day) seen.Add(day);
        }

        Assert.Equal(seen.Distinct().Order(), seen);
        Assert.Equal(days, seen.Count - 1);
    }

    [Fact]
    public void A_weekly_digest_comes_on_its_day()
    {
        var schedule = new DigestSchedule(DigestEvery.Week, new TimeOnly(8, 0), Weekday.Monday, "Europe/Berlin");

        Assert.Equal((new DateOnly(2026, 3, 23), Instant("2026-03-23T07:00:00Z")), schedule.Last(Instant("2026-03-30T05:59:59Z")));
        Assert.Equal((new DateOnly(2026, 3, 30), Instant("2026-03-30T06:00:00Z")), schedule.Last(Instant("2026-03-30T06:00:00Z")));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
