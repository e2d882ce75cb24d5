using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>Makes the one message of an alert that all readers get: subject, plain text, HTML.</summary>
internal sealed class AlertMessage(MessageTemplate subject, MessageTemplate plain, MessageTemplate html)
{
    /// <summary>Ours, for every kind of alert; a kind that it does not know reads like a crossing and names itself.</summary>
    public static readonly AlertMessage Usual = Of(
        """
        {%- case kind -%}
        {%- when "THRESHOLD" -%}Budget {{ budgetId }} of {{ tenant }} has {% if measure == "UTILISATION" %}fallen to{% else %}reached{% endif %} {{ thresholdPercent }} %
        {%- when "FORECAST" -%}Budget {{ budgetId }} of {{ tenant }} is forecast to reach {{ thresholdPercent }} %
        {%- when "RETRACTED" -%}Budget {{ budgetId }} of {{ tenant }} is {% if measure == "UTILISATION" %}above{% else %}below{% endif %} {{ thresholdPercent }} % after a correction
        {%- when "RECOVERED" -%}Budget {{ budgetId }} of {{ tenant }} is {% if measure == "UTILISATION" %}above{% else %}below{% endif %} {{ thresholdPercent }} % again
        {%- when "RECROSSED" -%}Budget {{ budgetId }} of {{ tenant }} has {% if measure == "UTILISATION" %}fallen to{% else %}reached{% endif %} {{ thresholdPercent }} % once more
        {%- when "RENOTIFIED" -%}Budget {{ budgetId }} of {{ tenant }}: the alert at {{ thresholdPercent }}{% if thresholdKind == "SILENCE" %} hours without usage{% else %} %{% endif %} still stands
        {%- when "NO_DATA" -%}Budget {{ budgetId }} of {{ tenant }} gets no usage
        {%- when "DRIFT" -%}Budget {{ budgetId }} of {{ tenant }}: unit cost drifts
        {%- when "TARGET" -%}Budget {{ budgetId }} of {{ tenant }}: unit cost lies above its target
        {%- when "ANOMALY" -%}Budget {{ budgetId }} of {{ tenant }}: a day out of the ordinary
        {%- when "TEST" -%}Test of the alerts of budget {{ budgetId }} of {{ tenant }}
        {%- else -%}Budget {{ budgetId }} of {{ tenant }}: {{ kind }}
        {%- endcase -%}
        """,
        """
        {% case kind %}{% when "TEST" %}This is a test; nothing was crossed.
        {% endcase %}{% if cause %}{{ cause }}
        {% endif %}{{ spend }} {% if currency %}{{ currency }}{% else %}{{ measure }}{% endif %} of {{ amount }} {% if currency %}{{ currency }}{% else %}{{ measure }}{% endif %}{% if spentPercent %} ({{ spentPercent }} %){% endif %}{% if kind == "FORECAST" %}, forecast{% endif %}
        {% if thresholdKind == "SILENCE" %}Silent for: {{ thresholdPercent }} hours{% else %}Threshold: {{ thresholdPercent }} %{% endif %}
        Period: {{ periodStart }} to {{ periodEnd }}
        Seen: {{ crossedAt }}
        Alert: {{ alertId }}
        """,
        """
        {% case kind %}{% when "TEST" %}<p>This is a test; nothing was crossed.</p>{% endcase %}
        {% if cause %}<p>{{ cause }}</p>{% endif %}
        <table>
        <tr><td>Budget</td><td>{{ budgetId }} of {{ tenant }}</td></tr>
        <tr><td>Spend</td><td>{{ spend }} {% if currency %}{{ currency }}{% else %}{{ measure }}{% endif %} of {{ amount }} {% if currency %}{{ currency }}{% else %}{{ measure }}{% endif %}{% if spentPercent %} ({{ spentPercent }} %){% endif %}{% if kind == "FORECAST" %}, forecast{% endif %}</td></tr>
        {% if thresholdKind == "SILENCE" %}<tr><td>Silent for</td><td>{{ thresholdPercent }} hours</td></tr>
        {% else %}<tr><td>Threshold</td><td>{{ thresholdPercent }} %</td></tr>{% endif %}
        <tr><td>Period</td><td>{{ periodStart }} to {{ periodEnd }}</td></tr>
        <tr><td>Seen</td><td>{{ crossedAt }}</td></tr>
        <tr><td>Alert</td><td>{{ alertId }}</td></tr>
        </table>
        """);

    /// <summary>What is null is ours.</summary>
    public static AlertMessage Of(AlertTemplate template) => template is { Subject: null, Text: null, Html: null } ? Usual : new(
        template.Subject is null ? Usual.Subject : Compile(template.Subject),
        template.Text is null ? Usual.Text : Compile(template.Text),
        template.Html is null ? Usual.HtmlText : Compile(template.Html));

    private MessageTemplate Subject => subject;

    private MessageTemplate Text => plain;

    private MessageTemplate HtmlText => html;

    public AlertText Render(BudgetAlertRaised alert)
    {
        var title = string.Join(' ', subject.Plain(alert).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (title.Length > Limits.SubjectLength) title = title[..(Limits.SubjectLength - 1)] + "…";
        return new AlertText(title, plain.Plain(alert).ReplaceLineEndings("\n").Trim(), html.Html(alert));
    }

    /// <summary>One message for many.</summary>
    public static AlertText Digest(IReadOnlyList<AlertText> texts)
    {
        if (texts is [var one]) return one;
        var (plain, html) = (new StringBuilder(), new StringBuilder());
        foreach (var text in texts)
        {
            plain.Append(text.Subject).Append('\n').Append(text.Plain).Append("\n\n");
            html.Append(CultureInfo.InvariantCulture, $"<h3>{HtmlEncoder.Default.Encode(text.Subject)}</h3>\n{text.Html}\n");
        }

        return new AlertText($"{texts.Count} budget alerts", plain.ToString().Trim(), html.ToString());
    }

    private static AlertMessage Of(string subject, string plain, string html) => new(Compile(subject), Compile(plain), Compile(html));

    private static MessageTemplate Compile(string source) => MessageTemplate.Read(source, out var template) is { } flaw
        ? throw new InvalidOperationException($"A stored template {flaw}.")
        : template!;
}

/// <summary>A tenant's own texts; what is null is ours.</summary>
internal sealed record AlertTemplate(string? Subject, string? Text, string? Html)
{
    public static readonly AlertTemplate Usual = new(null, null, null);
}
