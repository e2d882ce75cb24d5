using FinOps.Domain.Tenants;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Tenants;

public sealed class SetTenantTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 13, 7, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_left_out_has_a_plain_meaning() =>
        Assert.Equal(
            new TenantProfile(new TenantId("acme"), Now.Date, "acme", null, "UTC", 1, false),
            new SetTenant("acme", null, null, null, null, null, false).Decide(Now, _ => true));

    [Fact]
    public void Every_failure_is_told_at_once()
    {
        var refused = Assert.Throws<RejectedException>(() =>
            new SetTenant(" ", Now.AddMinutes(1), "\u0001", "EURO", "Mars/Olympus", 29, true).Decide(Now, zone => zone == "UTC"));

        Assert.Equal(["tenant", "displayName", "currency", "from", "timeZone", "monthStartsOnDay"], refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public void A_profile_holds_from_its_date_on()
    {
        var book = new TenantBook([Profile("Old", "2026-01-01"), Profile("New", "2026-03-01"), Profile("Old again", "2026-01-01")]);

        Assert.Null(book.At(new TenantId("acme"), At("2025-12-31")));
        Assert.Equal("Old again", book.At(new TenantId("acme"), At("2026-02-28"))!.DisplayName);
        Assert.Equal("New", book.At(new TenantId("acme"), At("2026-03-01"))!.DisplayName);
        Assert.Equal(2, book.Profiles(new TenantId("acme")).Count);
    }

    private static TenantProfile Profile(string name, string from) => new SetTenant("acme", Instant(from), name, null, null, null, false).Decide(Now, _ => true);

    private static QuarterHour At(string day) => QuarterHour.Holding(Instant(day));

    private static DateTimeOffset Instant(string day) => DateTimeOffset.Parse($"{day}T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
}
