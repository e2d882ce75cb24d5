using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace FinOps.Platform.Access;

/// <summary>Every request passes here before its endpoint: no key, no data; the wrong role, no data either.</summary>
internal sealed class AccessGate(RequestDelegate next, Credentials credentials, IContracts contracts)
{
    private static readonly AllowedRoles OperatorOnly = new([ViewerRole.Operator]);

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenTo>() is { } open && open.Requests(context.Request))
        {
            await next(context);
            return;
        }

        var forBrowsers = endpoint?.Metadata.GetMetadata<BrowserEndpoint>() is not null;
        if (PresentedKey(context.Request, forBrowsers) is not { } key || credentials.ByKey(key) is not { } viewer)
        {
            context.Response.Headers.WWWAuthenticate = forBrowsers ? "Basic realm=\"finops\", charset=\"UTF-8\"" : "Bearer realm=\"finops\"";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "No valid key", "Send `Authorization: Bearer KEY` with one of the keys in .finops/keys.json.");
            return;
        }

        context.Features.Set(new AccessCheck(() => credentials.ByKey(key) is { } now && now.Role == viewer.Role
            && (now.Tenants ?? []).SequenceEqual(viewer.Tenants ?? []) && now.Tenants is null == viewer.Tenants is null));
        if (viewer is { Role: ViewerRole.Tenant, SeesCost: false, Tenants: { } own } && await contracts.ShowCostAsync(own, context.RequestAborted))
            viewer = viewer with { SeesCost = true };
        context.Features.Set(viewer);
        var allowed = endpoint is null ? null : endpoint.Metadata.GetMetadata<AllowedRoles>() ?? OperatorOnly;
        if (allowed is null || allowed.Roles.Contains(viewer.Role))
        {
            await next(context);
            return;
        }

        var roles = string.Join(" or ", allowed.Roles.Select(r => $"{r}".ToLowerInvariant()));
        await RefuseAsync(context, StatusCodes.Status403Forbidden, "Not with this key", $"The key of '{viewer.Name}' may not do this; use one with the role {roles}.");
    }

    /// <returns>Null when the request presents no key in a form that the endpoint takes.</returns>
    private static string? PresentedKey(HttpRequest request, bool forBrowsers)
    {
        if (request.Headers.Authorization is not [{ } text] || !AuthenticationHeaderValue.TryParse(text, out var header)) return null;
        if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return header.Parameter;
        if (!forBrowsers || !header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[header.Parameter?.Length ?? 0];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : pair[(colon + 1)..];
    }

    private static Task RefuseAsync(HttpContext context, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        return context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
    }
}
