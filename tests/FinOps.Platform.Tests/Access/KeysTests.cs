using System.Text.Json;
using FinOps.Host.Commands;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Access;

public sealed class KeysTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("finops-keys-").FullName;

    private string KeysFile => Path.Combine(directory, "keys.json");

    private string CredentialsPath => Path.Combine(directory, "credentials.json");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void New_keys_open_the_host_as_who_they_are()
    {
        Keys.Init(directory, "acme, globex");
        var keys = Read();
        Assert.Equal(["acme", "finance", "fleet", "globex", "operator"], keys.Keys.Order());
        Assert.All(keys.Values, key => Assert.Matches("^finops_[A-Za-z0-9_-]{43}$", key));
        Assert.Equal(keys.Count, keys.Values.Distinct().Count());
        var credentials = Credentials();
        Assert.Equal(ViewerRole.Operator, credentials.ByKey(keys["operator"])!.Role);
        Assert.Equal(ViewerRole.Finance, credentials.ByKey(keys["finance"])!.Role);
        Assert.Equal(["acme"], credentials.ByKey(keys["acme"])!.Tenants!.Select(t => t.Value));
        Assert.Equal((ViewerRole.Fleet, null), (credentials.ByBrokerUser("fleet")!.Role, credentials.ByBrokerUser("fleet")!.Tenants));
        Assert.Equal(ViewerRole.Operator, credentials.ByBrokerUser("finops")!.Role);
        Assert.Null(credentials.ByBrokerUser("acme"));
        Assert.DoesNotContain(keys["operator"], File.ReadAllText(CredentialsPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Doing_it_again_keeps_every_key_and_adds_new_tenants()
    {
        Keys.Init(directory, "acme");
        var first = Read();
        Keys.Init(directory, "globex");
        var second = Read();
        Assert.All(first, pair => Assert.Equal(pair.Value, second[pair.Key]));
        Assert.Contains("globex", second.Keys);
        var written = File.GetLastWriteTimeUtc(CredentialsPath);
        Keys.Init(directory, "acme,globex");
        Assert.Equal(written, File.GetLastWriteTimeUtc(CredentialsPath));
    }

    [Fact]
    public void Nobody_else_can_read_the_files()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no file modes.");
        Keys.Init(directory, "acme");
        foreach (var file in new[] { KeysFile, CredentialsPath })
#pragma warning disable CA1416 // Skipped there, which the analyzer does not see.
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_tenant_cannot_take_a_role_for_its_name()
    {
        Keys.Init(directory, "");
        Assert.Throws<InvalidOperationException>(() => Keys.Init(directory, "operator"));
    }

    [Fact]
    public void A_changed_file_counts_within_a_tenth_of_a_second_and_a_broken_one_changes_nothing()
    {
        Keys.Init(directory, "");
        var clock = new SteppedClock();
        var credentials = Credentials(clock);
        var operatorKey = Read()["operator"];
        Assert.NotNull(credentials.ByKey(operatorKey));
        Keys.Init(directory, "acme");
        Assert.NotNull(ByKey(Read()["acme"]));

        var good = File.ReadAllText(CredentialsPath);
        File.WriteAllText(CredentialsPath, good[..^20]);
        Assert.NotNull(ByKey(operatorKey));
        File.WriteAllText(CredentialsPath, "[]");
        Assert.NotNull(credentials.ByKey(operatorKey));
        Assert.Null(ByKey(operatorKey));
        File.WriteAllText(CredentialsPath, good);
        Assert.NotNull(ByKey(operatorKey));

        Viewer? ByKey(string key)
        {
            clock.Step(Limits.CredentialsLook);
            return credentials.ByKey(key);
        }
    }

    [Theory]
    [InlineData("""[{"name":"a","role":"king","sha256":"SHA"}]""")]
    [InlineData("""[{"name":"a","role":"tenant","sha256":"SHA"}]""")]
    [InlineData("""[{"name":"a","role":"tenant","sha256":"SHA","tenants":[]}]""")]
    [InlineData("""[{"name":"a","role":"tenant","sha256":"SHA","tenants":[""]}]""")]
    [InlineData("""[{"name":"a","role":"operator","sha256":"SHA","tenants":["acme"]}]""")]
    [InlineData("""[{"name":"a","role":"operator","sha256":"abcd"}]""")]
    [InlineData("""[{"name":"a","role":"operator","sha256":"SHA","password":"x"}]""")]
    [InlineData("""[{"name":"a","role":"operator","sha256":"SHA"},{"name":"b","role":"operator","sha256":"SHA"}]""")]
    [InlineData("null")]
    [InlineData("{")]
    public void A_file_with_a_flaw_stops_the_start(string text)
    {
        File.WriteAllText(CredentialsPath, text.Replace("SHA", new string('a', 64), StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => Credentials().Verify());
    }

    private Dictionary<string, string> Read() => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(KeysFile))!;

    private Credentials Credentials(TimeProvider? clock = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Credentials:File"] = CredentialsPath }).Build(),
        clock ?? TimeProvider.System,
        NullLogger<Credentials>.Instance);

    private sealed class SteppedClock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Step(TimeSpan by) => ticks += by.Ticks;
    }
}
