using System.Globalization;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Storage;
using FinOps.Platform.Targets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>The production composition on a database of its own, with a clock to set; its engines do not run. A database per test.</summary>
public sealed class CostHouse : IAsyncDisposable
{
    public static readonly Viewer Finance = new("finance", ViewerRole.Finance, null, SeesCost: true);

    private readonly string connectionString;
    private readonly WebApplication app;

    private readonly bool ownsDatabase;

    private CostHouse(string connectionString, WebApplication app, SetClock clock, bool ownsDatabase)
    {
        this.connectionString = connectionString;
        this.ownsDatabase = ownsDatabase;
        this.app = app;
        Clock = clock;
    }

    public SetClock Clock { get; }

    public NpgsqlDataSource Database => app.Services.GetRequiredService<NpgsqlDataSource>();

    public LiveBooks Books => app.Services.GetRequiredService<LiveBooks>();

    public RecordInBooks Record => app.Services.GetRequiredService<RecordInBooks>();

    public IServiceProvider Services => app.Services;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="now">What the clock shows.</param>
    /// <param name="rollUpCells">How many it may keep; null is as usual.</param>
    public static async Task<CostHouse> OpenAsync(string now, int? rollUpCells = null)
    {
        var database = await TestServers.CreateDatabaseAsync();
        var house = Build(database, new SetClock(At(now)), ownsDatabase: true, rollUpCells);
        await house.app.Services.GetRequiredService<SchemaScripts>().ApplyAsync(Cancellation);
        return house;
    }

    /// <summary>Another process on the same database.</summary>
    public CostHouse Neighbour() => Build(connectionString, Clock, ownsDatabase: false);

    public static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public Task FleetAsync(string fleet, string from, string? to, decimal perHour) => FleetMutations.SetFleetCost(
        new FleetCostInput { Fleet = fleet, From = At(from), To = to is null ? null : At(to), CostPerHour = perHour, Currency = "USD" },
        Record, Clock, Finance, Cancellation);

    public Task RateAsync(string model, string from, decimal input, decimal? output) => RateAsync(
        new RateCardInput
        {
            Model = model,
            From = At(from),
            Currency = "USD",
            Rates =
            [
                new RateInput { UnitClass = "uncachedInput", PerMillion = input },
                .. output is null ? Array.Empty<RateInput>() : [new RateInput { UnitClass = "output", PerMillion = output }],
            ],
        });

    public Task<RateCardView> RateAsync(RateCardInput card) => PricingMutations.SetRateCard(card, Record, Books, Clock, Finance, Cancellation);

    public Task TargetAsync(string fleet, string model, string from, decimal perMillion) => TargetMutations.SetTarget(
        new TargetInput { Fleet = fleet, Model = model, From = At(from), CostPerMillionTokens = perMillion, Currency = "USD" },
        Record, Books, Clock, Finance, Cancellation);

    /// <summary>Puts usage into the buckets as a commit does.</summary>
    public async Task UsedAsync(
        string tenant, string model, string fleet, string at, long input, long output, string? recordedAt = null, long records = 1, long reasoning = 0,
        string rateClass = "", string tags = "", long cacheRead = 0)
    {
        await using var command = Database.CreateCommand(
            """
            with s as (
              insert into finops.series (tenant, model, fleet, rate_class, tags) values ($1, $2, $3, $10, $11)
              on conflict (tenant, model, fleet, rate_class, tags) do update set tenant = excluded.tenant returning id),
            noted as (insert into finops.usage_change (fleet, hour) values ($3, $4::int >> 2))
            insert into finops.bucket
            select id, $4, $5, $6, 0, 0, $7, $12, 0, 0, 0, $8, $9, 0, $6, 0 from s
            """);
        var slot = QuarterHour.Holding(At(at));
        foreach (var value in (object[])[tenant, model, fleet, slot.Index, QuarterHour.Holding(At(recordedAt ?? at)).Hour, records, input, output, reasoning, rateClass, tags, cacheRead])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public Task<UnitCostReport> AskAsync(
        string from, string to, Dimension[]? groupBy = null, string timeZone = "UTC", CostBasis basis = CostBasis.Allocation, string? asOf = null,
        Viewer? viewer = null, string[]? tenants = null, string[]? models = null, string[]? fleets = null, string? currency = null,
        TagCondition[]? tags = null, string? tagKey = null) =>
        ReportingQueries.UnitCost(
            new UsageFilter { From = At(from), To = At(to), Tenants = tenants, Models = models, Fleets = fleets, Tags = tags },
            app.Services.GetRequiredService<UnitCostReports>(), viewer ?? Finance, Cancellation, groupBy, timeZone, basis,
            asOf is null ? null : At(asOf), currency, tagKey);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (ownsDatabase) await TestServers.DropDatabaseAsync(connectionString);
    }

    private static CostHouse Build(string database, SetClock clock, bool ownsDatabase, int? rollUpCells = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:postgres"] = database,
            ["ConnectionStrings:rabbitmq"] = TestServers.RabbitMq.ToString(),
            ["Reporting:RollUpCells"] = rollUpCells?.ToString(CultureInfo.InvariantCulture),
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddFinOps(Roles.None);
        return new CostHouse(database, builder.Build(), clock, ownsDatabase);
    }
}

/// <summary>Shows what it is set to.</summary>
public sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
