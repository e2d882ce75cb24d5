using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;
using Marten;
using Npgsql;

namespace FinOps.Platform.Reratings;

/// <summary>What facts would move, and what was moved.</summary>
public sealed class ReratingQueries
{
    /// <summary>What these facts would move, for whom and by how much; nothing is written. See docs/rerating.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<ReratingPreview> PreviewReratingAsync(
        ReratingInput input, [FromServices] PreviewRerating preview, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        (await preview.RunAsync(input, viewer.Name, cancellation)).Shown;

    /// <summary>The re-ratings that were applied, oldest first.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<Connection<ReratingView>> ReratingsAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] IDocumentStore store, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand("select number, id from finops.rerating where number > $1 order by number limit $2"))
        {
            command.Parameters.Add(new() { Value = page.AfterNumber });
            command.Parameters.Add(new() { Value = page.Take });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation)) numbers.Add(row.GetGuid(1).ToString(), row.GetInt64(0));
        }

        await using var session = store.QuerySession();
        var streams = numbers.Keys.Select(ReratingApplied.Stream).ToArray();
        var events = await session.Events.QueryAllRawEvents().Where(e => e.StreamKey!.IsOneOf(streams)).ToListAsync(cancellation);
        var applied = events.Select(e => ReratingView.Of((ReratingApplied)e.Data)).OrderBy(r => numbers[r.Id]).ToList();
        return page.Page(applied, r => $"{numbers[r.Id]}");
    }
}

/// <summary>Moves of history.</summary>
public sealed class ReratingMutations
{
    /// <summary>Records what was previewed, as one re-rating; refused where the books moved since. See docs/rerating.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<ReratingView> ApplyReratingAsync(
        ApplyReratingInput input, [FromServices] ApplyRerating apply, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        ReratingView.Of(await apply.RunAsync(input, viewer.Name, cancellation));
}
