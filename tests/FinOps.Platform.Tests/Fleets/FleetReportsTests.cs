using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Broker;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Fixtures;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace FinOps.Platform.Tests.Fleets;

/// <summary>What fleets report of themselves, over HTTP and RabbitMQ, to what is shown of it.</summary>
public sealed class FleetReportsTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly DateTimeOffset Hour = Floor(DateTimeOffset.UtcNow).AddHours(-3);

    [Fact]
    public async Task A_report_is_counted_once_and_a_later_one_takes_its_place()
    {
        Assert.Equal(["accepted", "accepted"], await PostAsync("fleet", [Report("once", 0, 15, 8, "serving", 900), Report("once", 15, 30, 8, "serving", 900)]));
        Assert.Equal(["duplicate", "accepted", "duplicate"], await PostAsync("operator", [Report("once", 0, 15, 8.0m, "serving", 900), Report("once", 5, 10, 2, "serving"), Report("once", 5, 10, 2, "serving")]));
        Assert.Equal(["duplicate"], await PostAsync("fleet", [Report("once", 0, 15, 8, "serving", 900)]));

        var presence = await PresenceAsync("once");

        Assert.False(presence.GetProperty("registered").GetBoolean());
        Assert.Equal(["8 300", "2 ", "8 300", "8 900"], presence.GetProperty("reports").EnumerateArray().Select(r => $"{Number(r, "count")} {Number(r, "capacityWorkUnits")}"));
        Assert.Equal(["0.25 600 SERVING 1.5", "0.25 900 SERVING 2"], presence.GetProperty("quarterHours").EnumerateArray().Select(q =>
            $"{Number(q, "reportedHours")} {Number(q, "capacityWorkUnits")} {string.Join(' ', q.GetProperty("acceleratorHours").EnumerateArray().Select(a => $"{a.GetProperty("state").GetString()} {Number(a, "hours")}"))}"));
        // Two bodies brought news; what came again wrote nothing.
        Assert.Equal(2L, await ScalarAsync("select count(*) from finops.mt_events where stream_id like 'fleet-report/once/%'"));
        Assert.Equal(3L, await ScalarAsync("select count(*) from finops.fleet_report where fleet = 'once'"));
        Assert.Contains("once", (await host.DataAsync("{ fleets { id registered } }")).GetProperty("fleets").EnumerateArray().Where(f => !f.GetProperty("registered").GetBoolean()).Select(f => f.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_flawed_report_is_refused_by_its_fields_and_its_neighbours_are_not()
    {
        using var answer = await host.Client("fleet").PostAsync("/v1/fleets", Json(
            $$"""
            [{{Report("neighbour", 0, 15, 8, "serving")}},
             {"fleet":"neighbour","from":"{{Hour:o}}","to":"{{Hour:o}}","accelerator":"h100","count":"many","state":"asleep","capacityWorkUnits":-1},
             7]
            """));
        var receipt = await answer.Content.ReadFromJsonAsync<FleetReceipt>(TestContext.Current.CancellationToken);

        Assert.Equal(["accepted", "rejected", "rejected"], receipt!.Verdicts.Select(v => v.Verdict));
        Assert.Equal(
            ["capacityWorkUnits capacity_negative", "count wrong_type", "state state_unknown", "to window_empty"],
            receipt.Verdicts[1].Flaws.Select(f => $"{f.Field} {f.Reason}").Order(StringComparer.Ordinal));
        Assert.Equal("report_not_an_object", receipt.Verdicts[2].Flaws[0].Reason);
    }

    [Theory]
    [InlineData("fleet", "{", HttpStatusCode.BadRequest)]
    [InlineData("fleet", "17", HttpStatusCode.BadRequest)]
    [InlineData("acme", "[]", HttpStatusCode.Forbidden)]
    [InlineData("finance", "[]", HttpStatusCode.Forbidden)]
    [InlineData(null, "[]", HttpStatusCode.Unauthorized)]
    public async Task What_cannot_be_read_or_may_not_be_sent_is_refused_whole(string? who, string body, HttpStatusCode status)
    {
        using var answer = await host.Client(who).PostAsync("/v1/fleets", Json(body));

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Plain_json_and_the_envelope_come_over_the_broker_and_a_refused_report_can_be_mended_and_sent_again()
    {
        await PublishAsync(Report("amqp", 0, 15, 3, "loaded"));
        await host.Services.GetRequiredService<IBus>().Publish(
            new FleetReported { Fleet = "amqp", From = Hour, To = Hour.AddMinutes(15), Accelerator = "b200", Count = 1.5m, State = "draining", CapacityWorkUnits = 12.5m },
            TestContext.Current.CancellationToken);
        await PublishAsync(Report("amqp", 15, 30, 3, "asleep"));

        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.fleet_report where fleet = 'amqp'"), count => (long)count! == 2);
        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.dead_letter where message like 'state_unknown: %'"), count => (long)count! == 1);
        var letter = $"{await ScalarAsync("select id from finops.dead_letter where message like 'state_unknown: %'")}";
        var sent = await host.DataAsync(
            "mutation($i: ReplayDeadLettersInput!) { replayDeadLetters(input: $i) { sent outcomes { error } } }",
            new { i = new { ids = new[] { letter }, corrections = new[] { new { id = letter, body = Report("amqp", 15, 30, 3, "warm-up") } } } });

        Assert.Equal(1, sent.GetProperty("replayDeadLetters").GetProperty("sent").GetInt32());
        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.fleet_report where fleet = 'amqp'"), count => (long)count! == 3);
        Assert.Equal(
            ["DRAINING 1.5 12.5", "LOADED 3 ", "WARM_UP 3 "],
            (await PresenceAsync("amqp")).GetProperty("reports").EnumerateArray()
                .Select(r => $"{r.GetProperty("state").GetString()} {Number(r, "count")} {Number(r, "capacityWorkUnits")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_sender_without_a_fleets_credential_may_not_report_where_fleets_are_bound_to_tenants()
    {
        var reports = host.Services.GetRequiredService<RecordFleetReports>();
        ReportedFleet[] reported = [new() { Fleet = "bound", From = Hour, To = Hour.AddMinutes(15), Accelerator = "h100", Count = 1, State = "serving" }];

        async Task<string> ByAsync(Viewer? viewer) => (await reports.RecordAsync(reported, new Sender("amqp", viewer), TestContext.Current.CancellationToken))[0] is { Flaws: [var flaw, ..] }
            ? flaw.Reason
            : "taken";

        Assert.Equal("sender_not_permitted", await ByAsync(new Viewer("unknown", ViewerRole.Fleet, [], SeesCost: false)));
        Assert.Equal("sender_not_permitted", await ByAsync(new Viewer("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: true)));
        Assert.Equal("taken", await ByAsync(new Viewer("bound", ViewerRole.Fleet, [new TenantId("acme")], SeesCost: false)));
        Assert.Equal("taken", await ByAsync(null));
    }

    [Fact]
    public async Task Idle_causes_and_silence_are_asked_through_the_graph()
    {
        await host.DataAsync(
            "mutation($f: DateTime!) { setFleetCost(input: { fleet: \"graph\", from: $f, costPerHour: 4, currency: \"USD\" }) { fleet } }", new { f = Hour }, role: "finance");
        await PostAsync("fleet", [Report("graph", 0, 60, 1, "warm-up"), Report("graph", 0, 60, 3, "loaded")]);

        var report = (await host.DataAsync(
            """
            query($a: DateTime!, $b: DateTime!) { unitCost(where: { from: $a, to: $b, fleets: ["graph"] }, basis: USAGE) {
              basis total { actualCost idle { cause cost } capacitySources { source share } } completeness { fleets { fleet lastUsageAt lastReportAt silentSince } } } }
            """, new { a = Hour, b = Hour.AddHours(1) }, role: "finance")).GetProperty("unitCost");

        var total = report.GetProperty("total");
        Assert.Equal(("USAGE", "4"), (report.GetProperty("basis").GetString(), Number(total, "actualCost")));
        Assert.Equal(["NO_REQUESTS 3", "WARM_UP 1"], total.GetProperty("idle").EnumerateArray().Select(i => $"{i.GetProperty("cause").GetString()} {Number(i, "cost")}"));
        Assert.Empty(total.GetProperty("capacitySources").EnumerateArray());
        var heard = Assert.Single(report.GetProperty("completeness").GetProperty("fleets").EnumerateArray());
        Assert.Equal(Hour.AddHours(1), heard.GetProperty("lastReportAt").GetDateTimeOffset());
        Assert.Equal(Hour.AddHours(1), heard.GetProperty("silentSince").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, heard.GetProperty("lastUsageAt").ValueKind);
    }

    [Fact]
    public async Task What_is_stored_as_events_is_what_the_table_holds()
    {
        await PostAsync("fleet", [Report("stored", 0, 15, 8, "serving", 900.5m), Report("stored", 0, 15, 2, "unplaced")]);

        Assert.Equal(0L, await ScalarAsync(
            """
            with told as (
              select e.data ->> 'fleet' fleet, r ->> 'state' state, (r ->> 'count')::numeric count, (r ->> 'capacityWorkUnits')::numeric capacity
              from finops.mt_events e, jsonb_array_elements(e.data -> 'reports') r where e.type = 'fleet_reported_v1' and e.data ->> 'fleet' = 'stored'),
            kept as (select fleet, state, count, capacity from finops.fleet_report where fleet = 'stored')
            select (select count(*) from (table told except table kept) a) + (select count(*) from (table kept except table told) b) + abs((select count(*) from told) - 2)
            """));
    }

    private async Task<IEnumerable<string>> PostAsync(string who, string[] reports)
    {
        using var answer = await host.Client(who).PostAsync("/v1/fleets", Json(reports is [var one] ? one : $"[{string.Join(',', reports)}]"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<FleetReceipt>())!.Verdicts.Select(v => v.Verdict);
    }

    private async Task PublishAsync(string json)
    {
        await using var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync(
            BrokerTopology.FleetReported, "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true },
            System.Text.Encoding.UTF8.GetBytes(json));
    }

    private async Task<JsonElement> PresenceAsync(string fleet) => (await host.DataAsync(
        """
        query($f: String!, $a: DateTime!, $b: DateTime!) { fleetPresence(fleet: $f, from: $a, to: $b) {
          registered reports { from to accelerator count state capacityWorkUnits } quarterHours { start reportedHours capacityWorkUnits acceleratorHours { state hours } } } }
        """, new { f = fleet, a = Hour, b = Hour.AddHours(1) })).GetProperty("fleetPresence");

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static string Report(string fleet, int fromMinute, int toMinute, decimal count, string state, decimal? capacity = null) => JsonSerializer.Serialize(new
    {
        schemaVersion = 1,
        fleet,
        from = Hour.AddMinutes(fromMinute),
        to = Hour.AddMinutes(toMinute),
        accelerator = "h100",
        count,
        state,
        capacityWorkUnits = capacity,
    });

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    private static DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);

    private static string Number(JsonElement of, string name) =>
        of.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value
            ? (decimal.Parse(value.ToString(), CultureInfo.InvariantCulture) / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)
            : "";
}
