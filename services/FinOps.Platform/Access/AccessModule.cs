using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Access;

/// <summary>Credentials: who asks, and what that key may do.</summary>
public static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration) => services;

    /// <summary>Every request after it carries its <see cref="Viewer"/>, or has none.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app;
}
