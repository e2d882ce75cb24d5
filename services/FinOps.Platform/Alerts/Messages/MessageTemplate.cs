using System.Text.Encodings.Web;
using FinOps.Contracts;
using FinOps.Platform.Hosting;
using Fluid;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>
/// A text with values of an alert, in Liquid: <c>{{ tenant }}</c>, <c>if</c>, <c>unless</c>, <c>case</c>, and four filters. Tenants write
/// them, so there are no loops, no variables and no filter that makes a text grow: what a template can take is bounded by its length.
/// </summary>
internal sealed class MessageTemplate
{
    private static readonly string[] Tags = ["if", "unless", "case", "comment", "raw"];

    private static readonly FluidParser Parser = MakeParser();

    private readonly IFluidTemplate template;

    private MessageTemplate(IFluidTemplate template) => this.template = template;

    /// <summary>What filters there are.</summary>
    public static IReadOnlyList<string> Filters { get; } = ["default", "downcase", "round", "upcase"];

    private static TemplateOptions Options { get; } = MakeOptions();

    /// <param name="source">As its author wrote it.</param>
    /// <param name="template">Set when there is no flaw.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Read(string source, out MessageTemplate? template)
    {
        template = null;
        if (source.Length > Limits.TemplateLength) return $"is longer than {Limits.TemplateLength} characters";
        if (!Parser.TryParse(source, out var parsed, out var flaw)) return $"does not compile: {flaw.Split('\n')[0].Trim()}";
        var check = new TemplateCheck();
        check.VisitTemplate(parsed);
        if (check.Flaw is not null) return check.Flaw;
        template = new MessageTemplate(parsed);
        return null;
    }

    public string Plain(BudgetAlertRaised alert) => Render(alert, NullEncoder.Default);

    /// <summary>Every value is escaped; what the author wrote stands as it is.</summary>
    public string Html(BudgetAlertRaised alert) => Render(alert, HtmlEncoder.Default);

    private string Render(BudgetAlertRaised alert, TextEncoder encoder)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in AlertValues.Of(alert)) context.SetValue(name, value);
        return template.Render(context, encoder);
    }

    private static TemplateOptions MakeOptions()
    {
        var options = new TemplateOptions { MaxSteps = Limits.TemplateLength, MaxRecursion = 20 };
        var all = options.Filters.Where(f => Filters.Contains(f.Key)).ToList();
        options.Filters.Clear();
        foreach (var (name, filter) in all) options.Filters.AddFilter(name, filter);
        return options;
    }

    private static FluidParser MakeParser()
    {
        var parser = new FluidParser(new FluidParserOptions { AllowFunctions = false });
        foreach (var tag in parser.RegisteredTags.Keys.Except(Tags).ToList()) parser.RegisteredTags.Remove(tag);
        return parser;
    }
}
