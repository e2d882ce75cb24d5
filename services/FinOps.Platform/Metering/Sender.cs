using FinOps.Domain.Values;
using FinOps.Platform.Access;

namespace FinOps.Platform.Metering;

/// <summary>Who reports, through which door.</summary>
/// <param name="Door"><c>amqp</c> or <c>http</c>.</param>
/// <param name="Viewer">The credential; null where the broker validated none and no credential is bound to tenants.</param>
internal sealed record Sender(string Door, Viewer? Viewer)
{
    public bool MayReportFor(TenantId tenant) => Viewer is null || Viewer.MaySee(tenant);
}
