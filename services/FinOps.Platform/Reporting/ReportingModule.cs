using FinOps.Platform.Fleets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Reporting;

/// <summary>What a token cost: figures from buckets, fleet costs, rate cards and targets.</summary>
public static class ReportingModule
{
    public static IServiceCollection AddReporting(this IServiceCollection services)
    {
        services.AddSingleton<SeenSeries>();
        services.AddSingleton<SumUnitCost>();
        services.AddSingleton<RollUps>();
        services.AddSingleton<UnitCostReports>();
        services.AddSingleton<UnitEconomicsReports>();
        services.AddSingleton<VarianceReports>();
        services.AddSingleton<TokenCosts>();
        services.AddSingleton<BuyOrBuildReports>();
        return services;
    }
}
