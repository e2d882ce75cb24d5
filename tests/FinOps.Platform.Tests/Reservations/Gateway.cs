using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>What a gateway says and hears, over HTTP.</summary>
internal sealed class Gateway(RunningHost host, string budget, string key = "fleet")
{
    /// <summary>A hard budget of 100 USD.</summary>
    public static async Task<Gateway> WithBudgetAsync(AlertingHost host, string tenant, string whenAway = "CLOSED")
    {
        await host.CreateAsync(tenant);
        var budget = $"{tenant}-budget";
        await host.DataAsync(
            "mutation($input: BudgetGateInput!) { setBudgetGate(input: $input) { hard } }", new { input = new { budget, whenAway } }, "operator");
        return new Gateway(host, budget);
    }

    public Task<Heard> ReserveAsync(string name, string amount, string? record = null) =>
        PostAsync("/v1/reservations", record is null ? new { budget, key = name, amount } : new { budget, key = name, amount, record = new { source = "s", id = record } });

    public Task<Heard> CommitAsync(string name, string actual, string? record = null) => PostAsync(
        $"/v1/reservations/{name}/commit", record is null ? new { budget, actual } : new { budget, actual, record = new { source = "s", id = record } });

    public async Task<Heard> ReleaseAsync(string name)
    {
        using var answer = await host.Client(key).DeleteAsync($"/v1/reservations/{name}?budget={budget}");
        return await Heard.OfAsync(answer);
    }

    public async Task<Heard> PostAsync(string path, object body)
    {
        using var answer = await host.Client(key).PostAsJsonAsync(path, body);
        return await Heard.OfAsync(answer);
    }
}

/// <param name="Status">Of HTTP.</param>
/// <param name="Body">As it came.</param>
/// <param name="WhenAway">The header's.</param>
internal sealed record Heard(int Status, JsonElement Body, string? WhenAway)
{
    public string Verdict => Status == 200 ? Body.GetProperty("verdict").GetString()! : $"HTTP {Status}: {Body}";

    public string Left => Body.GetProperty("budgets")[0].GetProperty("left").GetString()!;

    public string Basis => Body.GetProperty("budgets")[0].GetProperty("basis").GetString()!;

    /// <summary>The status and the code of each reason.</summary>
    public string Refusal => $"{Status} {string.Join(", ", Body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("code").GetString()))}";

    public static async Task<Heard> OfAsync(HttpResponseMessage answer) => new(
        (int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()),
        answer.Headers.TryGetValues("FinOps-When-Away", out var values) ? values.Single() : null);
}
