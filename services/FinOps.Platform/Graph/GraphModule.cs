using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Graph;

/// <summary>The GraphQL engine; nothing outside this folder knows which one it is, but for its attributes.</summary>
public static class GraphModule
{
    public static IServiceCollection AddGraph(this IServiceCollection services) => services;

    public static void MapGraph(this IEndpointRouteBuilder endpoints)
    {
    }
}
