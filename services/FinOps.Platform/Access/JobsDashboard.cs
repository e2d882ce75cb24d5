using System.Xml.Linq;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Access;

/// <summary>Hangfire's dashboard at <c>/hangfire</c>, with the operator's key only: it can run and delete jobs.</summary>
internal static class JobsDashboard
{
    public static IServiceCollection AddJobsDashboard(this IServiceCollection services)
    {
        // The dashboard's buttons carry an anti-forgery token, since a browser sends Basic credentials by itself.
        services.AddAntiforgery();
        // The tokens' keys live and die with the process: they guard open pages, nothing that is stored, and belong on no disk.
        services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new InMemoryKeys();
            keys.XmlEncryptor = new NullXmlEncryptor();
        });
        return services;
    }

    public static void MapJobsDashboard(this IEndpointRouteBuilder endpoints)
    {
        var options = new DashboardOptions
        {
            Authorization = [new OperatorOnly()],
            IgnoreAntiforgeryToken = false,
            DisplayStorageConnectionString = false,
            DashboardTitle = "FinOps jobs",
            AppPath = null,
        };
        endpoints.MapHangfireDashboard("/hangfire", options).Allow(ViewerRole.Operator).ForBrowsers();
    }

    /// <summary>The gate has refused everybody else already; the dashboard checks for itself what it was given.</summary>
    private sealed class OperatorOnly : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) => context.GetHttpContext().Features.Get<Viewer>()?.Role == ViewerRole.Operator;
    }

    private sealed class InMemoryKeys : IXmlRepository
    {
        private readonly List<XElement> keys = [];

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            lock (keys) return [.. keys];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            lock (keys) keys.Add(element);
        }
    }
}
