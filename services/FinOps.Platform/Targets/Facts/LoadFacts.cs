using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Reads the facts that came with the program (<c>infra/catalog/physics</c>) and, over them, those of a folder of one's own.</summary>
public static class LoadFacts
{
    /// <summary>Files that a folder of facts may hold beside others that are no JSON.</summary>
    private static readonly string[] Files = [AcceleratorFacts.File, ModelFacts.File, EngineFacts.File, PriceFacts.File, BenchmarkFacts.File];

    private static readonly Lazy<FactCatalogue> Own = new(() => Read(null));

    /// <summary>Those that came with the program.</summary>
    public static FactCatalogue Built => Own.Value;

    /// <param name="folder">With any of the files, or with a folder <c>physics</c> that has them; their rows replace or add. Null is none.</param>
    /// <exception cref="CatalogFileException">With every flaw at once, a line each: file, entry, field, what to do.</exception>
    public static FactCatalogue From(string? folder) => folder is null ? Built : Read(Physics(folder) ?? folder);

    /// <summary>The host's: <c>Catalog:Path</c> and <c>physics</c> below it, where there is one.</summary>
    public static FactCatalogue From(IConfiguration configuration) =>
        configuration["Catalog:Path"] is { Length: > 0 } path && Physics(path) is { } folder ? Read(folder) : Built;

    private static string? Physics(string folder) => Path.Combine(folder, "physics") is var below && Directory.Exists(below) ? below : null;

    private static FactCatalogue Read(string? folder)
    {
        if (folder is not null) RequireFolder(folder);
        var flaws = new List<string>();
        var chips = FactFile.Rows(AcceleratorFacts.File, folder, ["key"], flaws);
        var models = FactFile.Rows(ModelFacts.File, folder, ["key"], flaws);
        var engines = FactFile.Rows(EngineFacts.File, folder, ["engine", "generation"], flaws);
        var prices = FactFile.Rows(PriceFacts.File, folder, ["accelerator", "model", "kind", "provider", "unit"], flaws, replaceWhole: true);
        var benchmarks = FactFile.Rows(BenchmarkFacts.File, folder, ["scenario", "engine", "model", "lengths"], flaws);
        var accelerators = chips.Select(r => AcceleratorFacts.Of(r, flaws)).OfType<Accelerator>().ToList();
        var architectures = models.Select(r => ModelFacts.Of(r, flaws)).OfType<ModelArchitecture>().ToList();
        var (usual, factors) = EngineFacts.Of(engines, flaws);
        var keys = accelerators.Select(a => a.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var priced = prices.Select(r => PriceFacts.Of(r, keys, flaws)).OfType<PriceRow>().ToList();
        var rules = benchmarks.Select(r => r.Read<BenchmarkRules>(flaws)).OfType<BenchmarkRules>().ToList();
        if (flaws.Count > 0) throw new CatalogFileException(string.Join(Environment.NewLine, flaws));
        return new FactCatalogue(
            new TargetFacts(ByKey(accelerators, a => a.Key), ByKey(architectures, m => m.Key), new Efficiencies(usual, factors)),
            new PriceBook(priced), rules, ByKey(chips, r => r.Key, r => r.Provenance), ByKey(models, r => r.Key, r => r.Provenance));
    }

    /// <summary>A misspelt file would be left out in silence.</summary>
    private static void RequireFolder(string folder)
    {
        if (!Directory.Exists(folder)) throw new CatalogFileException($"{folder}: there is no such folder.");
        if (Directory.EnumerateFiles(folder, "*.json").Select(Path.GetFileName).FirstOrDefault(f => !Files.Contains(f)) is { } other)
            throw new CatalogFileException($"{Path.Combine(folder, other)}: no file of facts has that name; they are {string.Join(", ", Files)}.");
    }

    private static Dictionary<string, T> ByKey<T>(IEnumerable<T> rows, Func<T, string> key) => ByKey(rows, key, row => row);

    private static Dictionary<string, TValue> ByKey<T, TValue>(IEnumerable<T> rows, Func<T, string> key, Func<T, TValue> value) =>
        rows.ToDictionary(key, value, StringComparer.OrdinalIgnoreCase);
}
