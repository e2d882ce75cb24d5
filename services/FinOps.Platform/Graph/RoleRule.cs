using FinOps.Domain.Values;
using FinOps.Platform.Access;
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
