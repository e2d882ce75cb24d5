using FinOps.Platform.Alerts.Messages;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>What readers get of an alert, and what a tenant's template can and cannot do.</summary>
public sealed class AlertMessageTests
{
    private const string Hostile = "<script>alert(1)</script>\r\nBcc: all@example.com \u202eevil";

    [Theory]
    [InlineData("THRESHOLD", "Budget team of acme has reached 80 %")]
    [InlineData("FORECAST", "Budget team of acme is forecast to reach 80 %")]
    [InlineData("RETRACTED", "Budget team of acme is below 80 % after a correction")]
    [InlineData("RECOVERED", "Budget team of acme is below 80 % again")]
    [InlineData("RECROSSED", "Budget team of acme has reached 80 % once more")]
    [InlineData("RENOTIFIED", "Budget team of acme: the alert at 80 % still stands")]
    [InlineData("ANOMALY", "Budget team of acme: a day out of the ordinary")]
    [InlineData("NO_DATA", "Budget team of acme gets no usage")]
    [InlineData("DRIFT", "Budget team of acme: unit cost drifts")]
    [InlineData("TEST", "Test of the alerts of budget team of acme")]
    [InlineData("NEW_IN_2027", "Budget team of acme: NEW_IN_2027")]
    public void Every_kind_of_alert_has_a_subject_and_an_unknown_one_names_itself(string kind, string subject) =>
        Assert.Equal(subject, AlertMessage.Usual.Render(SampleAlert.Of(kind)).Subject);

    [Fact]
    public void The_plain_text_says_what_happened_and_why()
    {
        var text = AlertMessage.Usual.Render(SampleAlert.Of(cause: "cost per token +38 %: idle share 12 → 41 %")).Plain;

        Assert.Equal(
            """
            cost per token +38 %: idle share 12 → 41 %
            83.5 USD of 100 USD (83.5 %)
            Threshold: 80 %
            Period: 2026-03-01 00:00 UTC to 2026-04-01 00:00 UTC
            Seen: 2026-03-20 12:30 UTC
            Alert: alert_team_2026-03-01T0000Z_80
            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void A_measure_that_is_no_money_names_itself_and_silence_is_told_in_hours()
    {
        var tokens = AlertMessage.Usual.Render(SampleAlert.Of() with { Measure = "TOKENS", Currency = "XXX" });
        var silence = AlertMessage.Usual.Render(SampleAlert.Of("NO_DATA") with { ThresholdKind = "SILENCE", ThresholdPercent = 6m });

        Assert.StartsWith("83.5 TOKENS of 100 TOKENS (83.5 %)", tokens.Plain, StringComparison.Ordinal);
        Assert.Contains("Silent for: 6 hours", silence.Plain, StringComparison.Ordinal);
        Assert.DoesNotContain("6 %", silence.Plain + silence.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_from_outside_is_text_on_one_line_and_escaped_in_HTML()
    {
        var text = AlertMessage.Usual.Render(SampleAlert.Of(tenant: Hostile, cause: "<img src=x onerror=y>"));

        Assert.DoesNotContain('\n', text.Subject);
        Assert.DoesNotContain('\r', text.Subject);
        Assert.DoesNotContain('\u202e', text.Subject + text.Plain + text.Html);
        Assert.DoesNotContain("<script", text.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", text.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", text.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_of_the_tenants_own_replaces_what_it_names_and_escapes_all_the_same()
    {
        var message = AlertMessage.Of(new AlertTemplate(
            "{{ tenant | upcase }}: {{ spentPercent | round }} %", null, "<b>{{ tenant }}</b>{% if spentPercent > 80 %} hurry{% endif %}"));
        var text = message.Render(SampleAlert.Of(tenant: "<i>"));

        Assert.Equal(("<I>: 84 %", "<b>&lt;i&gt;</b> hurry"), (text.Subject, text.Html));
        Assert.Equal(AlertMessage.Usual.Render(SampleAlert.Of(tenant: "<i>")).Plain, text.Plain);
    }

    [Theory]
    [InlineData("{{ tenant")]
    [InlineData("{% if tenant %}x")]
    [InlineData("{{ secret }}")]
    [InlineData("{{ tenant.length }}")]
    [InlineData("{% if nobody == 1 %}x{% endif %}")]
    [InlineData("{{ tenant | raw }}")]
    [InlineData("{{ tenant | append: tenant | replace: 'a', tenant }}")]
    [InlineData("{% for i in (1..1000000000) %}x{% endfor %}")]
    [InlineData("{% assign x = tenant %}{{ x }}")]
    [InlineData("{% capture x %}y{% endcapture %}")]
    [InlineData("{% include 'file' %}")]
    [InlineData("{% render 'file' %}")]
    [InlineData("{% liquid assign x = 1 %}")]
    [InlineData("{% increment x %}")]
    [InlineData("{% if (1..9) contains 3 %}x{% endif %}")]
    public void What_does_not_compile_or_could_grow_is_refused(string source) => Assert.NotNull(MessageTemplate.Read(source, out _));

    [Fact]
    public void A_template_that_is_too_long_is_refused_and_one_that_is_nested_as_deep_as_it_may_be_is_no_crash()
    {
        Assert.NotNull(MessageTemplate.Read(new string('x', 8_001), out _));
        Assert.NotNull(MessageTemplate.Read(string.Concat(Enumerable.Repeat("{%if kind%}", 700)), out _));
        var nested = string.Concat(Enumerable.Repeat("{%if kind%}", 390)) + "x" + string.Concat(Enumerable.Repeat("{%endif%}", 390));
        Assert.Equal("x", AlertMessage.Of(new AlertTemplate(nested, null, null)).Render(SampleAlert.Of()).Subject);
    }

    [Fact]
    public void A_digest_holds_every_alert_once()
    {
        var text = AlertMessage.Digest([.. new[] { "a", "b<", "c" }.Select(t => AlertMessage.Usual.Render(SampleAlert.Of(tenant: t)))]);

        Assert.Equal("3 budget alerts", text.Subject);
        foreach (var part in new[] { "team of a", "team of b<", "team of c" }) Assert.Contains(part, text.Plain, StringComparison.Ordinal);
        Assert.DoesNotContain("b<", text.Html, StringComparison.Ordinal);
    }
}
