using System.Text.Json;
using FinOps.Domain.CostImports;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Metering;
using FinOps.Platform.Pricing;
using GraphQL;
using Npgsql;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.CostImports;

/// <summary>An import of what was really paid: who, when, which file, and what it said.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="By">By whose credential.</param>
/// <param name="Netting">Against what amounts below zero were netted.</param>
/// <param name="Replaces">The earlier imports of which it replaced some part.</param>
/// <param name="Counting">Whether some part of it still counts; false once others replaced all of it.</param>
/// <param name="Report">As it was answered then.</param>
[ConnectionName("CostImport")]
[Name("CostImport")]
public sealed record CostImportView(
    [property: Id] string Id, DateTimeOffset RecordedAt, string By, CreditNetting Netting, IReadOnlyList<string> Replaces, bool Counting,
    CostImportReport Report);

/// <summary>The list of imports, oldest first.</summary>
public sealed class CostImportQueries
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<Connection<CostImportView>> CostImportsAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] LiveBooks live, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var books = (await live.NowAsync(cancellation)).Fleets;
        var counting = books.Fleets.SelectMany(books.Imports).Select(i => i.Import).ToHashSet();
        await using var command = database.CreateCommand(
            "select number, id, recorded_at, recorded_by, netting, replaces, report from finops.cost_import where number > $1 order by number limit $2");
        command.Parameters.Add(new() { Value = page.AfterNumber });
        command.Parameters.Add(new() { Value = page.Take });
        var rows = new List<(long Number, CostImportView View)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            rows.Add((row.GetInt64(0), new CostImportView(
                row.GetGuid(1).ToString(), row.Instant(2)!.Value, row.GetString(3), Enum.Parse<CreditNetting>(row.GetString(4)),
                [.. row.GetFieldValue<Guid[]>(5).Select(r => r.ToString())], counting.Contains(row.GetGuid(1)),
                JsonSerializer.Deserialize<CostImportReport>(row.GetString(6), CostImportTable.Json)!)));
        }

        var numbers = rows.ToDictionary(r => r.View.Id, r => r.Number);
        return page.Page([.. rows.Select(r => r.View)], view => $"{numbers[view.Id]}");
    }
}

/// <summary>Imports of what was really paid.</summary>
public sealed class CostImportMutations
{
    /// <summary>A bill's amounts take the place of the estimate for the hours that they cover; with <c>dryRun</c> it is only told.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<CostImportReport> ImportActualCost(
        CostImportInput input, [FromServices] ImportActualCost import, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        import.RunAsync(input, viewer.Name, cancellation);
}
