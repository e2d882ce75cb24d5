using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Loads the catalogue's budgets (<c>Catalog:Path</c>, <c>budgets.json</c>) where there is none yet, by the code of the mutation. Later
/// changes are mutations or <c>apply</c>.
/// </summary>
internal sealed class BudgetCatalog(
    IConfiguration configuration, NpgsqlDataSource database, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime,
    ILogger<BudgetCatalog> log) : BackgroundService
{
    private static readonly Viewer Viewer = new("catalog", ViewerRole.Operator, Tenants: null, SeesCost: true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration["Catalog:Path"] is not { Length: > 0 } folder) return;
        var path = Path.Combine(folder, "budgets.json");
        if (!File.Exists(path)) return;
        // A grain writes them, and grains answer once the whole host has started.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        // Silos that start together load it once.
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        await connection.ExecuteAsync("select pg_advisory_lock(hashtext('finops-budget-catalog'))", stoppingToken);
        try
        {
            if (await AnyAsync(stoppingToken)) return;
            var entries = CatalogFile.Entries(path)
                .Select((json, index) => CatalogFile.Read<CreateBudgetInput>(path, index, json)).ToList();
            await using var scope = scopes.CreateAsyncScope();
            var desk = scope.ServiceProvider.GetRequiredService<BudgetDesk>();
            foreach (var input in entries) await BudgetMutations.CreateBudget(input, Viewer, desk, stoppingToken);
            log.LogInformation("Loaded {Budgets} budgets from {Path}", entries.Count, path);
        }
        catch (Exception flaw) when (flaw is CatalogFileException or Domain.Values.RejectedException)
        {
            // Usage is counted all the same; a host that would not start for it helps nobody.
            log.LogError("The budgets in {Path} were not loaded: {Flaw}", path, flaw.Message);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('finops-budget-catalog'))", CancellationToken.None);
        }
    }

    private async Task<bool> AnyAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select exists (select 1 from finops.budget)");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
