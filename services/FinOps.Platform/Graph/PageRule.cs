using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace FinOps.Platform.Graph;

/// <summary>
/// Refuses a page that is too large, and pages that are too large together, before any resolver runs. It counts one document: make one for
/// each request.
/// </summary>
internal sealed class PageRule : ValidationRuleBase
{
    private int rows;

    public override ValueTask<INodeVisitor?> GetPostNodeVisitorAsync(ValidationContext context) =>
        new(new MatchingNodeVisitor<GraphQLField>((field, at) =>
        {
            if (at.TypeInfo.GetFieldDef()?.Arguments?.Find("first") is null) return;
            var given = at.ArgumentValues?.TryGetValue(field, out var arguments) == true && arguments.TryGetValue("first", out var first)
                ? first.Value as int?
                : null;
            if (given is < 0 or > Limits.PageSize) at.ReportError(new RejectionError(PageRequest.WrongSize));
            else if ((rows += given ?? Limits.PageSizeDefault) > Limits.GraphRows) at.ReportError(TooManyRows());
        }));

    private static RejectionError TooManyRows() =>
        new(new Rejection("page_size", "first", $"The pages of one document have at most {Limits.GraphRows} rows together; ask in several requests."));
}
