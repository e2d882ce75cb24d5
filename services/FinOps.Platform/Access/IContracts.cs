using FinOps.Domain.Values;

namespace FinOps.Platform.Access;

/// <summary>What tenants' contracts allow beyond their credentials.</summary>
public interface IContracts
{
    /// <returns>Whether the contracts of all of them show cost, target and margin now.</returns>
    ValueTask<bool> ShowCostAsync(IReadOnlyList<TenantId> tenants, CancellationToken cancellation);
}
