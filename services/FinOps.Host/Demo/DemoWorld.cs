namespace FinOps.Host.Demo;

/// <summary>A model of the demo, the fleet that serves it, and what its calls look like.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Fleet">Who serves it.</param>
/// <param name="Replicas">Sources that report for it.</param>
/// <param name="InputMedian">Tokens; lengths are log-normal.</param>
/// <param name="OutputMedian">Tokens.</param>
/// <param name="CachedShare">Share of calls that continue a conversation, so that most of their input is a cached prefix.</param>
/// <param name="ReasoningShare">Share of the output that is reasoning.</param>
/// <param name="ImageShare">Share of calls with an image.</param>
internal sealed record DemoModel(
    string Name,
    string Fleet,
    int Replicas,
    int InputMedian,
    int OutputMedian,
    double CachedShare,
    double ReasoningShare,
    double ImageShare);

/// <summary>A tenant of the demo and its habits.</summary>
/// <param name="Name">The tenant's name.</param>
/// <param name="Share">Of all calls.</param>
/// <param name="PeakHourUtc">When its day is busiest.</param>
/// <param name="Swing">How far its day departs from the mean: 0 flat, 1 silent half a day before the peak.</param>
/// <param name="ApiKeys">How many keys it calls with.</param>
/// <param name="Mix">Models by weight; weights sum to 1.</param>
internal sealed record DemoTenant(
    string Name,
    double Share,
    double PeakHourUtc,
    double Swing,
    int ApiKeys,
    IReadOnlyList<(DemoModel Model, double Weight)> Mix);

/// <summary>Who calls what in the demo. Prices, costs, targets and budgets for these names are in infra/catalog/demo.</summary>
internal static class DemoWorld
{
    private static readonly DemoModel Chat = new("llama-3.3-70b", "h100-east", 2, 600, 120, 0.45, 0, 0);
    private static readonly DemoModel Coder = new("qwen3-coder-30b", "h100-east", 8, 4_000, 150, 0.8, 0, 0);

    // Its fleet is paid for more than twice of what is asked of it.
    private static readonly DemoModel Thinker = new("deepseek-r1", "h200-west", 2, 700, 1_000, 0.2, 0.8, 0);

    // Its fleet is nearly idle: its cost is there and its work is not.
    private static readonly DemoModel Vision = new("qwen2.5-vl-7b", "l40s-lab", 1, 400, 120, 0, 0, 0.9);

    public static readonly IReadOnlyList<DemoTenant> Tenants =
    [
        new("acme", 0.46, 15, 0.7, 4, [(Chat, 0.72), (Coder, 0.27), (Thinker, 0.01)]),
        new("globex", 0.3, 20, 0.5, 3, [(Coder, 0.92), (Thinker, 0.08)]),
        new("initech", 0.18, 4, 0.8, 2, [(Chat, 0.98), (Thinker, 0.02)]),
        new("umbrella", 0.06, 1, 0.2, 1, [(Thinker, 0.2), (Chat, 0.78), (Vision, 0.02)]),
    ];
}
