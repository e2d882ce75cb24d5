using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Estimates;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Targets;

/// <summary>Modelled targets with figures in round numbers, as they may have been recorded once: what the physics says today does not matter.</summary>
internal static class ModelledHouse
{
    /// <summary>
    /// 4 accelerators at 3.64 an hour; prompts of 1,000 tokens, a fifth cached, answers of 250; a million cost 1 uncached, 0.1 cached, 4 out, so 1.456 of
    /// the mix. An uncached token costs 0.0001 more for each before it, an answer token 0.0008.
    /// </summary>
    public static ModelledTargetSet Set(string fleet, string model, string from, decimal utilisation = 0.5m, DateTimeOffset recordedAt = default) => new(
        fleet, model, CostHouse.At(from), new EstimateInput { Accelerator = "H100-SXM-80GB", PromptTokens = 1_000, OutputTokens = 250 }, "4 of them", 3.64m, "USD",
        TargetPriceSource.Input, 4, utilisation, 1_000, 250, 0.2m, 1.456m, 1m, 0.1m, 4m, 0.0001m, 0.0008m, 0.5m, false, recordedAt, "finance");

    public static Task ModelledAsync(this CostHouse house, string fleet, string model, string from, decimal utilisation = 0.5m) => house.Record.AppendAsync(
        [new BookEntry(TargetSet.Stream(fleet, model), Set(fleet, model, from, utilisation, house.Clock.Now), _ => true)], CostHouse.Cancellation);

    /// <summary>A quarter of an hour, or so many of them, of what a fleet had.</summary>
    public static async Task ReportAsync(
        this CostHouse house, string fleet, string from, decimal count, string state, decimal? capacity = null, int quarters = 1)
    {
        var start = CostHouse.At(from);
        await house.Services.GetRequiredService<RecordFleetReports>().RecordAsync(
            [
                new ReportedFleet
                {
                    Fleet = fleet,
                    From = start,
                    To = start.AddMinutes(15 * quarters),
                    Accelerator = "h100",
                    Count = count,
                    State = state,
                    CapacityWorkUnits = capacity,
                },
            ],
            new Sender("http", null), CostHouse.Cancellation);
    }

    public static Task SizedAsync(this CostHouse house, string fleet, string from, string? to, decimal perHour, int count) => FleetMutations.SetFleetCost(
        new FleetCostInput { Fleet = fleet, From = CostHouse.At(from), To = to is null ? null : CostHouse.At(to), CostPerHour = perHour, Currency = "USD", Accelerator = "H100", Count = count },
        house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
}
