using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Tenants;

/// <summary>Contracts as the registry of tenants knows them.</summary>
internal sealed class RegisteredContracts(LiveBooks books, TimeProvider clock) : IContracts
{
    public async ValueTask<bool> ShowCostAsync(IReadOnlyList<TenantId> tenants, CancellationToken cancellation)
    {
        var registry = (await books.NowAsync(cancellation)).Tenants;
        var now = QuarterHour.Holding(clock.GetUtcNow());
        return tenants.All(t => registry.At(t, now) is { ShowsCost: true });
    }
}
