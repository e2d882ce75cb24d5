using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Metering;

public sealed class RecordKeyTests
{
    private static readonly TenantId Tenant = new("acme");

    [Fact]
    public void Ids_that_a_source_counts_have_keys_side_by_side()
    {
        var keys = Enumerable.Range(0, 1_000).Select(n => RecordKey.Of(Tenant, "gw", $"call-{n:0000000}")).ToArray();
        Assert.Single(keys.Select(k => k.High).Distinct());
        Assert.Equal(Enumerable.Range(0, 1_000).Select(n => keys[0].Low + n), keys.Select(k => k.Low));
        // A million ids on, the digits before the last six differ, and with them the place.
        Assert.NotEqual(keys[0].High, RecordKey.Of(Tenant, "gw", "call-1000000").High);
    }

    [Theory]
    [InlineData("a7", "a07")]
    [InlineData("a07", "a007")]
    [InlineData("7", "07")]
    [InlineData("000007", "0000007")]
    [InlineData("1000007", "2000007")]
    [InlineData("a", "a0")]
    [InlineData("", "0")]
    [InlineData("x٣", "x3")]
    public void Ids_that_look_alike_have_keys_of_their_own(string one, string other) =>
        Assert.NotEqual(RecordKey.Of(Tenant, "gw", one), RecordKey.Of(Tenant, "gw", other));

    [Fact]
    public void No_two_of_many_ids_share_a_key()
    {
        var random = new Random(1);
        var ids = new HashSet<string>();
        while (ids.Count < 200_000)
        {
            var digits = random.Next(0, 9);
            ids.Add($"{(random.Next(2) == 0 ? "" : "r")}{random.Next(50):x}{(digits == 0 ? "" : random.NextInt64((long)Math.Pow(10, digits)).ToString($"D{digits}"))}");
        }

        Assert.Equal(ids.Count, ids.Select(id => RecordKey.Of(Tenant, "gw", id)).Distinct().Count());
    }

    [Fact]
    public void Tenant_and_source_are_part_of_the_key()
    {
        var key = RecordKey.Of(Tenant, "gw", "1");
        Assert.Equal(key, RecordKey.Of(new TenantId("acme"), "gw", "1"));
        Assert.NotEqual(key, RecordKey.Of(new TenantId("globex"), "gw", "1"));
        Assert.NotEqual(key, RecordKey.Of(Tenant, "gw-2", "1"));
        Assert.NotEqual(RecordKey.Of(Tenant, "ab", "c1"), RecordKey.Of(Tenant, "a", "bc1"));
    }

    [Fact]
    public void A_key_is_the_same_in_every_version()
    {
        // Computed apart from this code. Stored keys must be found again: whoever changes these changes the meaning of the books.
        Assert.Equal(KnownCounted, RecordKey.Of(Tenant, "gw", "call-0000042"));
        Assert.Equal(KnownOpaque, RecordKey.Of(Tenant, "gw", "chatcmpl-abc"));
    }

    private static readonly RecordKey KnownCounted = new(-3107143784398434180, 3085544519292157994);
    private static readonly RecordKey KnownOpaque = new(-5549430682814639010, -2974377449276701797);
}
