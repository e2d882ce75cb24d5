using FinOps.Domain.Values;
using FinOps.Platform.Access;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>Texts of messages, in Liquid, with the values that an alert has.</summary>
public sealed class AlertTemplateInput
{
    /// <summary>Whose; a tenant's own key may leave it out, and so may who names a budget.</summary>
    public string? Tenant { get; set; }

    /// <summary>For this budget alone; all of the tenant's that have none of their own when left out.</summary>
    public string? BudgetId { get; set; }

    /// <summary>One line, of which 150 characters are shown.</summary>
    public string? Subject { get; set; }

    public string? Text { get; set; }

    /// <summary>Values are escaped; tags are the author's.</summary>
    public string? Html { get; set; }
}

/// <summary>Texts that somebody has set.</summary>
[Name("AlertTemplate")]
public sealed record AlertTemplateView(
    string Tenant, string? BudgetId, string? Subject, string? Text, string? Html, DateTimeOffset SetAt, string SetBy);

/// <summary>Checks and keeps the texts of messages.</summary>
public sealed class SetAlertTexts(NpgsqlDataSource database, AlertRemedies remedies, TimeProvider clock)
{
    /// <exception cref="RejectedException">Names every text that does not compile; nothing was stored.</exception>
    public async Task<AlertTemplateView> SetAsync(AlertTemplateInput input, Viewer viewer, CancellationToken cancellation)
    {
        var flaws = new List<Rejection>();
        foreach (var (text, field) in ((string?, string)[])[(input.Subject, "subject"), (input.Text, "text"), (input.Html, "html")])
            if (text is not null && MessageTemplate.Read(text, out _) is { } flaw) flaws.Add(new Rejection("template_invalid", field, $"The template {flaw}."));
        if (input is { Subject: null, Text: null, Html: null })
            flaws.Add(new Rejection("template_empty", "text", "Name a subject, a text or an HTML text; removeAlertTemplate goes back to ours."));
        if (flaws.Count > 0) throw new RejectedException(flaws);
        var tenant = await TenantAsync(input.Tenant, input.BudgetId, viewer, cancellation);
        var view = new AlertTemplateView(
            tenant, input.BudgetId, input.Subject, input.Text, input.Html, clock.GetUtcNow(), viewer.Name);
        await using var command = Command(
            """
            insert into finops.alert_template (tenant, budget_id, subject, body_text, body_html, set_at, set_by)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant, budget_id) do update
            set subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html, set_at = excluded.set_at, set_by = excluded.set_by
            """, tenant, input.BudgetId ?? "", input.Subject, input.Text, input.Html, view.SetAt.ToUniversalTime(), view.SetBy);
        await command.ExecuteNonQueryAsync(cancellation);
        return view;
    }

    public async Task<bool> RemoveAsync(string? tenant, string? budgetId, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = Command(
            "delete from finops.alert_template where tenant = $1 and budget_id = $2",
            await TenantAsync(tenant, budgetId, viewer, cancellation), budgetId ?? "");
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private async Task<string> TenantAsync(string? tenant, string? budgetId, Viewer viewer, CancellationToken cancellation)
    {
        if (budgetId is not null)
        {
            var own = await remedies.RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
            return tenant is null || tenant == own
                ? own
                : throw new RejectedException(new Rejection("tenant_mismatch", "tenant", "The budget is another tenant's; leave the tenant out."));
        }

        var named = tenant ?? (viewer.Tenants is [var single] ? single.Value : null);
        if (Name.Flaw(named) is { } flaw) throw new RejectedException(new Rejection("tenant_invalid", "tenant", $"The tenant {flaw}."));
        return viewer.MaySee(new TenantId(named!))
            ? named!
            : throw new RejectedException(new Rejection("tenant_not_allowed", "tenant", "This key may not set texts of that tenant."));
    }

    private NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
