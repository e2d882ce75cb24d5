using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Corrections;

/// <summary>What was counted is taken back or amended, by facts beside the facts.</summary>
public static class CorrectionsModule
{
    public static IServiceCollection AddCorrections(this IServiceCollection services)
    {
        services.AddSingleton<CorrectionBooks>();
        services.AddSingleton<CorrectRecord>();
        services.AddSingleton<VoidBackfill>();
        return services;
    }
}
