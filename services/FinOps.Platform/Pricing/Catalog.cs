using System.Text.Json.Nodes;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Storage;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Facts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>
/// Loads the catalogue's rates, fleet costs and targets (<c>Catalog:Path</c>) into books that have none of the kind yet, by the code of the
/// mutations. Whatever was set since is never overwritten: later changes are mutations or <c>apply</c>.
/// </summary>
internal sealed class Catalog(
    IConfiguration configuration, NpgsqlDataSource database, RecordInBooks books, LiveBooks live, FactCatalogue facts, TimeProvider clock, ILogger<Catalog> log)
    : IHostedService
{
    private const string By = "catalog";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration["Catalog:Path"] is not { Length: > 0 } folder) return;
        // Hosts that start together load it once.
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("select pg_advisory_lock(hashtext('finops-catalog'))", cancellationToken);
        try
        {
            var known = await live.NowAsync(cancellationToken);
            var entries = new List<BookEntry>();
            if (!known.Rates.Models.Any()) entries.AddRange(Read(folder, "rates.json", (path, index, entry) => [CatalogFile.Read<RateCardInput>(path, index, entry)]));
            if (!known.Fleets.Fleets.Any()) entries.AddRange(Read(folder, "fleets.json", (path, index, entry) => [FleetFacts.Input(path, index, entry)]));
            if (!known.Targets.All.Any()) entries.AddRange(Read(folder, "targets.json", (path, index, entry) => TargetEntries.Inputs(path, index, entry, facts.Facts)));
            if (entries.Count == 0) return;
            await books.AppendAsync(entries, cancellationToken);
            log.LogInformation("Loaded {Facts} facts from the catalogue in {Folder}", entries.Count, folder);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('finops-catalog'))", CancellationToken.None);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<BookEntry> Read(string folder, string file, Func<string, int, JsonObject, IEnumerable<IBookInput>> inputs)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path)) return [];
        var now = clock.GetUtcNow();
        return [.. CatalogFile.Entries(path).SelectMany((json, index) => Decided(json, index))];

        List<BookEntry> Decided(JsonObject json, int index)
        {
            try
            {
                return [.. inputs(path, index, json).Select(i => i.Entry(now, By))];
            }
            catch (RejectedException refused)
            {
                throw new CatalogFileException($"{path}: entry {index}: {refused.Message}", refused);
            }
        }
    }
}
