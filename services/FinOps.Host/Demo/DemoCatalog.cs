using System.CommandLine;
using FinOps.Host.Commands;

namespace FinOps.Host.Demo;

/// <summary>Costs, rates, targets and budgets of the demo's names: the files of infra/catalog/demo, set as anyone would set them.</summary>
internal static class DemoCatalog
{
    public static readonly string DefaultFolder = Path.Combine("infra", "catalog", "demo");

    /// <summary>What cannot be set is said, and the demo goes on: its usage is then shown unpriced.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="connection">Options of the command line that say where the system is, and with which key.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task ApplyAsync(string folder, IReadOnlyList<string> connection, CancellationToken cancellation)
    {
        foreach (var kind in new[] { Apply.Fleets(), Apply.Rates(), Apply.Targets(), Apply.Budgets() })
        {
            var file = Path.Combine(folder, $"{kind.Name}.json");
            if (!File.Exists(file))
            {
                await Console.Error.WriteLineAsync($"finops demo: there is no {file}; its figures will be missing");
                continue;
            }

            var code = await kind.Parse(["apply", file, .. connection]).InvokeAsync(
                new InvocationConfiguration { Output = Console.Error, Error = Console.Error, EnableDefaultExceptionHandler = false }, cancellation);
            if (code != 0) await Console.Error.WriteLineAsync($"finops demo: {file} was not set; its figures will be missing");
        }
    }
}
