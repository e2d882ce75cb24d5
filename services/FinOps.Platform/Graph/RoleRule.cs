using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace FinOps.Platform.Graph;

/// <summary>Refuses the whole document when one of its root fields is not for the viewer's role, before any resolver runs.</summary>
internal sealed class RoleRule(Viewer viewer) : ValidationRuleBase
{
    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context) =>
        new(new MatchingNodeVisitor<GraphQLField>((field, at) =>
        {
            if (at.TypeInfo.GetFieldDef() is not { } definition) return;
            if (definition.GetMetadata<AllowAttribute?>(nameof(AllowAttribute)) is not { } allowed || allowed.Roles.Contains(viewer.Role)) return;
            var roles = string.Join(" or ", allowed.Roles.Select(r => $"{r}".ToLowerInvariant()));
            at.ReportError(new RejectionError(new Rejection(
                GraphErrors.Forbidden, definition.Name, $"The key of '{viewer.Name}' may not call `{definition.Name}`; it takes the role {roles}.")));
        }));
}

/// <summary>Refuses a page that is too large, literal or variable, before any resolver runs.</summary>
internal sealed class PageSizeRule : ValidationRuleBase
{
    public override ValueTask<INodeVisitor?> GetPostNodeVisitorAsync(ValidationContext context) =>
        new(new MatchingNodeVisitor<GraphQLField>((field, at) =>
        {
            if (at.ArgumentValues?.TryGetValue(field, out var arguments) != true || arguments is null) return;
            if (!arguments.TryGetValue("first", out var first) || first.Value is not int size || size is >= 0 and <= Limits.PageSize) return;
            at.ReportError(new RejectionError(new Rejection("page_size", "first", $"`first` lies between 0 and {Limits.PageSize}.")));
        }));
}
