using FinOps.Domain.Values;
using FinOps.Platform.Access;

namespace FinOps.Platform.Fleets;

/// <summary>Cost and target are shown to a tenant only where its contract says so.</summary>
internal static class Cost
{
    public static void RequireSeen(Viewer viewer, string field)
    {
        if (!viewer.SeesCost)
            throw new RejectedException(new Rejection("forbidden", field, $"This key may not see `{field}`: they show cost."));
    }
}
