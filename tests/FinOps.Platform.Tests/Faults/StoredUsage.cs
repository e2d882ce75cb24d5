using FinOps.Domain.Metering;
using FinOps.Platform.Tests.Fixtures;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Faults;

/// <summary>Records as the stored events hold them, each as often as it is held.</summary>
internal static class StoredUsage
{
    public static async Task<IReadOnlyList<UsageRecord>> OfAsync(RunningHost host, string tenant)
    {
        await using var session = host.Services.GetRequiredService<IDocumentStore>().QuerySession();
        var prefix = $"usage/{tenant}/";
        var events = await session.Events.QueryAllRawEvents().Where(e => e.StreamKey!.StartsWith(prefix)).ToListAsync();
        return [.. events.SelectMany(e => ((UsageRecorded)e.Data).Unpack())];
    }
}
