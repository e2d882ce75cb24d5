using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>What a gateway says and hears, over HTTP.</summary>
internal sealed class Gateway(RunningHost host, string budget, string key = "fleet")
{
    /// <summary>A hard budget of 100 USD, unless told otherwise.</summary>
    public static async Task<Gateway> WithBudgetAsync(AlertingHost host, string tenant, Action<CreateBudgetInput>? change = null)
    {
        var created = await host.CreateAsync(tenant, b =>
        {
            b.Kind = BudgetKind.Hard;
            change?.Invoke(b);
        });
        return new Gateway(host, created.Id);
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

    /// <summary>Asks all hard budgets of a tenant that count the call.</summary>
    public Task<Heard> ReserveOfAsync(string tenant, object call) => PostAsync("/v1/reservations", Merged(new { tenant }, call));

    public Task<Heard> ReserveAsync(object call) => PostAsync("/v1/reservations", Merged(new { budget }, call));

    public Task<Heard> CommitOfAsync(string tenant, string name, object call) => PostAsync($"/v1/reservations/{name}/commit", Merged(new { tenant }, call));

    public async Task<Heard> PostAsync(string path, object body)
    {
        using var answer = await host.Client(key).PostAsJsonAsync(path, body);
        return await Heard.OfAsync(answer);
    }

    private static Dictionary<string, object?> Merged(params object[] parts) =>
        parts.SelectMany(part => part.GetType().GetProperties().Select(p => (p.Name, Value: p.GetValue(part)))).ToDictionary(p => p.Name, p => p.Value);
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

    /// <summary>The code of each reason with its field.</summary>
    public string Flaws => string.Join(", ", Body.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("code").GetString()} {e.GetProperty("field").GetString()}"));

    /// <summary>What each budget said: verdict, amount, measure and what is left.</summary>
    public string Said => string.Join("; ", Body.GetProperty("budgets").EnumerateArray().Select(b => string.Join(" ", WordsOf(b))));

    public static async Task<Heard> OfAsync(HttpResponseMessage answer) => new(
        (int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()),
        answer.Headers.TryGetValues("FinOps-When-Away", out var values) ? values.Single() : null);

    private static IEnumerable<string?> WordsOf(JsonElement budget) =>
        ((string[])["budget", "verdict", "amount", "measure", "currency", "left"]).Select(name => budget.GetProperty(name).GetString());
}
