using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Access;

/// <summary>Who may call an endpoint. One without it is the operator's alone: access is stated, never assumed.</summary>
public sealed record AllowedRoles(IReadOnlyList<ViewerRole> Roles);

/// <summary>That an endpoint, or a kind of request to it, needs no key since it holds no data.</summary>
public sealed record OpenTo(Func<HttpRequest, bool> Requests);

/// <summary>That a browser opens the endpoint: it cannot send a bearer key, so the key is taken as the password of HTTP Basic as well.</summary>
public sealed record BrowserEndpoint;

/// <summary>For answers that last: whether the key that opened the request still opens the same.</summary>
public sealed record AccessCheck(Func<bool> IsStillGood);

public static class EndpointAccess
{
    public static TBuilder Allow<TBuilder>(this TBuilder endpoint, params ViewerRole[] roles)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AllowedRoles(roles));

    /// <summary>Needs no key at all.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.OpenTo(_ => true);

    public static TBuilder OpenTo<TBuilder>(this TBuilder endpoint, Func<HttpRequest, bool> requests)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new OpenTo(requests));

    public static TBuilder ForBrowsers<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new BrowserEndpoint());
}
