using FinOps.Platform.Access;

namespace FinOps.Platform.Graph;

/// <summary>Who may call a root field. A root field without it fails the start: access is stated, never assumed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllowAttribute(params ViewerRole[] roles) : Attribute
{
    public IReadOnlyList<ViewerRole> Roles { get; } = roles;
}
