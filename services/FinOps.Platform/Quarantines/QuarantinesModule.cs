using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Quarantines;

/// <summary>Records that could be read and not accepted: kept, listed, sent again, dismissed.</summary>
public static class QuarantinesModule
{
    public static IServiceCollection AddQuarantine(this IServiceCollection services)
    {
        services.AddSingleton<Quarantine>();
        services.AddSingleton<QuarantineReplays>();
        services.AddSingleton<ReplayQuarantine>();
        services.AddSingleton<DismissQuarantine>();
        return services;
    }
}
