using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>What crossed a threshold is taken back, and comes again.</summary>
public sealed class RetractedAlertTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task A_voided_record_takes_its_crossing_back_with_a_notice_and_its_return_is_told_once()
    {
        await host.CreateAsync("fickle", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("fickle") }));
        await host.SpendAsync("fickle", 20, id: "small");
        await host.SpendAsync("fickle", 40, id: "first");
        var alert = (await host.Receiver.NextAsync("fickle")).Id;
        Assert.Equal(("first", "60"), await CrossingAsync());

        await VoidAsync("first");
        var retraction = JsonSerializer.Deserialize<BudgetAlertRaised>((await host.Receiver.NextAsync("fickle")).Body, JsonSerializerOptions.Web)!;
        Assert.Equal(($"{alert}_retracted", "RETRACTED", alert, "20"), (retraction.AlertId, retraction.Kind, retraction.NoticeOf, retraction.Spend));
        Assert.Equal("RETRACTED", await StatusAsync());
        Assert.Equal((null, null), await CrossingAsync());

        await host.SpendAsync("fickle", 45, id: "second");
        Assert.Equal($"{alert}_recrossed", (await host.Receiver.NextAsync("fickle")).Id);
        await Eventually.SeeAsync(StatusAsync, status => status == "DELIVERED");
        Assert.Equal(("second", "65"), await CrossingAsync());

        // From here on the alert shows it, and nobody is told again.
        await VoidAsync("second");
        await Eventually.SeeAsync(StatusAsync, status => status == "RETRACTED");
        await host.SpendAsync("fickle", 46, id: "third");
        await Eventually.SeeAsync(StatusAsync, status => status == "DELIVERED");
        Assert.Equal(["RECROSSED", "RETRACTED", "THRESHOLD"], await host.RowsAsync("select kind from finops.alert where tenant = 'fickle' order by 1"));
        Assert.Equal(0, host.Receiver.Waiting("fickle"));
    }

    [Fact]
    public async Task An_amendment_takes_back_only_what_it_un_crosses()
    {
        await host.CreateAsync("amended", b => (b.Thresholds, b.Webhook) = ([50m, 80m], new() { Url = host.Receiver.Url("amended") }));
        await host.SpendAsync("amended", 85, id: "one");
        await host.Receiver.NextAsync("amended");
        await host.Receiver.NextAsync("amended");

        await host.DataAsync(
            """
            mutation { amendRecord(input: { tenant: "amended", source: "s", id: "one", reason: "counted in thousands",
              content: { quantities: [{ unitClass: "output", value: 60 }] } }) { changed } }
            """, role: "finance");

        Assert.EndsWith("_80_retracted", (await host.Receiver.NextAsync("amended")).Id, StringComparison.Ordinal);
        var listed = (await host.DataAsync("""{ alerts(tenants: ["amended"]) { thresholdPercent kind retractedAt } }""")).GetProperty("alerts");
        Assert.Equal(["50 False", "80 True"], listed.EnumerateArray().Select(a =>
            $"{a.GetProperty("thresholdPercent").GetString()} {a.GetProperty("retractedAt").ValueKind != JsonValueKind.Null}"));
    }

    private async Task<string> StatusAsync() =>
        (await host.DataAsync("""{ alerts(tenants: ["fickle"]) { status } }""")).GetProperty("alerts")[0].GetProperty("status").GetString()!;

    private async Task<(string? Id, string? Cumulative)> CrossingAsync()
    {
        var crossing = (await host.DataAsync("""{ alerts(tenants: ["fickle"]) { crossing { id cumulative } } }""")).GetProperty("alerts")[0].GetProperty("crossing");
        return crossing.ValueKind == JsonValueKind.Null ? (null, null) : (crossing.GetProperty("id").GetString(), crossing.GetProperty("cumulative").GetString());
    }

    private Task<JsonElement> VoidAsync(string id) => host.DataAsync(
        "mutation ($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
        new { i = new { tenant = "fickle", source = "s", id, reason = "counted by mistake" } }, "finance");
}
