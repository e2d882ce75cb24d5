using System.CommandLine;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Host.Commands.Targets;

/// <summary>Which chips, models, efficiencies and prices a command reckons with: those that came with it, and over them one's own.</summary>
internal static class FactsOption
{
    public static readonly Option<string?> Catalog = new("--catalog")
    {
        HelpName = "DIR",
        Description = "A folder with rows of one's own: accelerators.json, models.json, engines.json, prices.json, or a folder physics with them. They replace or add.",
    };

    /// <exception cref="Platform.Pricing.CatalogFileException">Rows of it are wrong; the message names file, entry and field.</exception>
    public static FactCatalogue Read(ParseResult parsed) => LoadFacts.From(parsed.GetValue(Catalog));
}
