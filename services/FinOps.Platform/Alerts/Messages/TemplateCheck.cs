using Fluid.Ast;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>Finds names and filters that there are not: said when the template is set, not when an alert should go out.</summary>
internal sealed class TemplateCheck : AstVisitor
{
    public string? Flaw { get; private set; }

    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        if (memberExpression.Segments is not [IdentifierSegment { Identifier: var name }] || !AlertValues.Names.Contains(name))
            Flaw ??= $"names a value that an alert does not have; there are {string.Join(", ", AlertValues.Names)}";
        return base.VisitMemberExpression(memberExpression);
    }

    protected override Expression VisitFilterExpression(FilterExpression filterExpression)
    {
        if (!MessageTemplate.Filters.Contains(filterExpression.Name))
            Flaw ??= $"uses a filter that is not there; there are {string.Join(", ", MessageTemplate.Filters)}";
        return base.VisitFilterExpression(filterExpression);
    }

    protected override Expression VisitRangeExpression(RangeExpression rangeExpression)
    {
        Flaw ??= "holds a range; there are none";
        return base.VisitRangeExpression(rangeExpression);
    }
}
