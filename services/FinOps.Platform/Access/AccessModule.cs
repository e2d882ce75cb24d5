using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Access;

/// <summary>Credentials: who asks, and what that key may do.</summary>
public static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<Credentials>();
        services.AddScoped(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Viewer>()
            ?? throw new InvalidOperationException("Only a request that passed the access gate has a viewer."));
        return services;
    }

    /// <summary>Every request after it carries its <see cref="Viewer"/>, or has none.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        app.ApplicationServices.GetRequiredService<Credentials>().Verify();
        return app.UseMiddleware<AccessGate>();
    }
}
