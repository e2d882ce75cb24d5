using System.Text.Json;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Host.Commands.Targets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Facts;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Tests.Targets;

/// <summary>The chips, models and prices that came with the program, and how one's own rows meet them.</summary>
public sealed class FactsTests
{
    private const double Giga = 1e9;

    public static TheoryData<string> Accelerators => [.. LoadFacts.Built.Facts.Accelerators.Keys];

    public static TheoryData<string> Models => [.. LoadFacts.Built.Facts.Models.Keys];

    public static TheoryData<int> Prices => [.. Enumerable.Range(0, LoadFacts.Built.Prices.All.Count)];

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void Every_accelerator_is_complete_and_plausible(string key)
    {
        var chip = LoadFacts.Built.Facts.Accelerators[key];

        // A card draws power for what it does: ten thousand million to five million million operations per second and watt.
        Assert.InRange(chip.DenseFlops["fp16"] / chip.PowerWatts, 10 * Giga, 5_000 * Giga);
        // It reads all of its memory in a hundredth of a second to two seconds.
        Assert.InRange(chip.MemoryBytes / chip.MemoryBytesPerSecond, 0.01, 2);
        // Links are slower than memory.
        Assert.InRange(chip.LinkBytesPerSecond, 0, chip.MemoryBytesPerSecond);
        Assert.InRange(chip.ProvisionedWatts ?? 1.5 * chip.PowerWatts, chip.PowerWatts, 3 * chip.PowerWatts);
        Assert.True(chip.DenseFlops["fp16"] > chip.DenseFlops.GetValueOrDefault("fp32", 0));
        Said(LoadFacts.Built.Accelerators[key]);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_model_is_complete_and_its_shape_makes_its_parameters(string key)
    {
        var m = LoadFacts.Built.Facts.Models[key];
        var attention = m.Layers * (double)m.Hidden * m.HeadDim * 2 * (m.Heads + m.KvHeads);
        var embedding = (double)m.Hidden * m.Vocabulary;

        Assert.Equal(0, m.Heads % m.KvHeads);
        if (m.IsMixtureOfExperts)
        {
            var experts = 3.0 * m.Hidden * m.Intermediate * m.RoutedExperts * m.ExpertLayers;
            Assert.InRange(experts / m.ExpertParameters, 0.97, 1.03);
            // What a token meets: everything but the other experts and the input embedding.
            Assert.InRange(m.ActiveParameters, 0.5 * m.NonExpertParameters, m.NonExpertParameters + 1.1 * experts * m.ExpertsPerToken / m.RoutedExperts);
        }
        else
        {
            // Two matrices of a feed-forward layer or three, an embedding that serves as the head or not: one of the four fits to 3 %.
            var candidates = from matrices in new[] { 2, 3 }
                             from tables in new[] { 1, 2 }
                             select attention + (double)m.Layers * matrices * m.Hidden * m.Intermediate + tables * embedding;
            Assert.Contains(candidates, shape => Math.Abs(shape / m.TotalParameters - 1) < 0.03);
            Assert.InRange(m.TotalParameters - m.ActiveParameters, 0, 1.01 * embedding);
        }

        Said(LoadFacts.Built.Models[key]);
    }

    [Theory]
    [MemberData(nameof(Prices))]
    public void Every_price_is_in_a_currency_or_a_share_and_says_where_it_was_seen(int index)
    {
        var price = LoadFacts.Built.Prices.All[index];

        Assert.Equal(price.Unit == PriceUnit.Discount, price.Currency is null);
        Assert.InRange(price.High, price.Low, Math.Max(price.Low * 10, 1));
        Assert.NotEmpty(price.Provider);
        Said(new RowProvenance(price.Provenance, new Dictionary<string, Provenance>()));
    }

    [Fact]
    public void Every_chip_and_model_that_was_measured_is_there()
    {
        var facts = LoadFacts.Built.Facts;

        Assert.Subset(
            facts.Accelerators.Keys.ToHashSet(),
            new HashSet<string>
            {
                "A100-SXM-80GB", "H100-SXM-80GB", "H200-SXM-141GB", "H200-NVL-141GB", "B200-SXM-180GB", "GB200-NVL72-186GB", "B300-SXM-288GB", "GB300-NVL72-288GB",
                "MI300X-192GB", "MI325X-256GB", "MI355X-288GB", "Gaudi3-128GB", "L4-24GB", "L40S-48GB", "Graviton4", "RTX-PRO-6000-Blackwell-SE-96GB",
            });
        Assert.Equal(29, Expected("accelerators.csv", "accelerator").Count(facts.Accelerators.ContainsKey));
        Assert.Equal(28, Expected("models.csv", "model").Count(facts.Models.ContainsKey));
    }

    [Fact]
    public void Traps_of_the_data_sheets_are_avoided()
    {
        var (chips, models) = (LoadFacts.Built.Facts.Accelerators, LoadFacts.Built.Facts.Models);

        Assert.Equal(85.9 * Giga, chips["H100-SXM-80GB"].MemoryBytes);
        Assert.Equal(450 * Giga, chips["H100-SXM-80GB"].LinkBytesPerSecond);
        Assert.Equal((362e12, 733e12), (chips["L40S-48GB"].DenseFlops["fp16"], chips["L40S-48GB"].DenseFlops["fp8"]));
        Assert.True(chips["B300-SXM-288GB"].DenseFlops["int8"] < 0.1 * chips["B300-SXM-288GB"].DenseFlops["fp8"]);
        Assert.Equal((900, 600), (chips["Gaudi3-128GB"].PowerWatts, chips["Gaudi3-PCIe-128GB"].PowerWatts));
        Assert.Equal((1024, true), (models["gemma-3-27b"].WindowTokens, models["gemma-3-27b"].WindowShare is > 0.83 and < 0.84));
        Assert.Equal(models["gemma-3-27b"].TotalParameters, models["gemma-3-27b"].ActiveParameters);
        Assert.Equal((2, 1, 1, 0), (models["gpt-oss-120b"].NonExpertBytesAtLeast, models["deepseek-r1"].NonExpertBytesAtLeast, models["minimax-m2.5"].NonExpertBytesAtLeast, models["llama-3-70b"].NonExpertBytesAtLeast));
        Assert.True(LoadFacts.Built.Accelerators["Graviton4"].Of("denseFlops.fp16").Unverified);
        Assert.False(LoadFacts.Built.Accelerators["Gaudi3-128GB"].Of("denseFlops.fp8").Unverified);
    }

    [Fact]
    public void A_row_of_ones_own_changes_what_it_names_and_keeps_the_rest()
    {
        using var own = new Folder(("accelerators.json",
            """
            [{ "key": "H100-SXM-80GB", "powerWatts": 500, "source": "power cap of our hall", "asOf": "2026-11-20" },
             { "key": "mine", "generation": "hopper", "memoryBytes": 64e9, "memoryBytesPerSecond": 2e12, "denseFlops": { "fp16": 400e12 }, "powerWatts": 400,
               "linkBytesPerSecond": 0, "linkedAccelerators": 1, "formFactor": "pcie", "source": "data sheet", "asOf": "2026" }]
            """));

        var facts = LoadFacts.From(own.Path);

        Assert.Equal((500, 3.35e12), (facts.Facts.Accelerators["h100-sxm-80gb"].PowerWatts, facts.Facts.Accelerators["H100-SXM-80GB"].MemoryBytesPerSecond));
        Assert.Equal("power cap of our hall", facts.Accelerators["H100-SXM-80GB"].Of("powerWatts").Source);
        Assert.StartsWith("SemiAnalysis", facts.Accelerators["H100-SXM-80GB"].Of("memoryBytes").Source, StringComparison.Ordinal);
        Assert.Equal(64e9, facts.Facts.Accelerators["mine"].MemoryBytes);
        Assert.Equal(700, LoadFacts.Built.Facts.Accelerators["H100-SXM-80GB"].PowerWatts);
    }

    [Fact]
    public void A_price_of_ones_own_takes_the_place_of_the_same_sellers()
    {
        using var own = new Folder(("prices.json",
            """
            [{ "accelerator": "H100-SXM-80GB", "kind": "ON_DEMAND", "provider": "market", "unit": "ACCELERATOR_HOUR", "value": 2.20, "currency": "EUR", "source": "offer", "asOf": "2026-11-20" }]
            """));

        var prices = LoadFacts.From(own.Path).Prices;

        Assert.Equal("2.20 EUR", prices.AcceleratorHour("H100-SXM-80GB", PriceKind.OnDemand).ToString());
        Assert.Equal(LoadFacts.Built.Prices.All.Count, prices.All.Count);
    }

    [Fact]
    public void A_host_reads_the_rows_below_its_catalogue_and_those_of_the_program_without()
    {
        using var own = new Folder();
        Directory.CreateDirectory(Path.Combine(own.Path, "physics"));
        File.WriteAllText(
            Path.Combine(own.Path, "physics", "models.json"), """[{ "key": "mixtral-8x7b", "activeParameters": 12.8e9, "source": "ours", "asOf": "2026-11" }]""");

        Assert.Equal(12.8e9, LoadFacts.From(Host(own.Path)).Facts.Models["mixtral-8x7b"].ActiveParameters);
        Assert.Same(LoadFacts.Built, LoadFacts.From(Host(Path.Combine(own.Path, "physics"))));
        Assert.Same(LoadFacts.Built, LoadFacts.From(Host(null)));

        static IConfiguration Host(string? path) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Catalog:Path"] = path }).Build();
    }

    [Theory]
    [InlineData("accelerators.json", """[{ "key": "H100-SXM-80GB", "memoryBytes": 80, "source": "s", "asOf": "2026" }]""", "entry 0 (H100-SXM-80GB): memoryBytes: is 80; it lies between")]
    [InlineData("accelerators.json", """[{ "key": "x", "source": "s", "asOf": "2026" }]""", "entry 0 (x): JSON deserialization", "memoryBytesPerSecond")]
    [InlineData("accelerators.json", """[{ "key": "H100-SXM-80GB", "memoryBandwidth": 1, "source": "s", "asOf": "2026" }]""", "memoryBandwidth")]
    [InlineData("accelerators.json", """[{ "key": "H100-SXM-80GB", "powerWatts": 0.7 }]""", "source: is missing", "asOf: is ''", "powerWatts: is 0.7; it lies between 5 and 20000, in watts")]
    [InlineData("accelerators.json", """[{ "key": "H100-SXM-80GB", "denseFlops": { "fp16": 989e12, "fp8": 400e12 }, "source": "s", "asOf": "May" }]""", "denseFlops.fp8: is below fp16", "asOf: is 'May'")]
    [InlineData("accelerators.json", """[{ "key": "L4-24GB", "source": "s", "asOf": "2026" }, { "key": "l4-24gb", "source": "s", "asOf": "2026" }]""", "entry 1 (l4-24gb): key: entry 0 is of the same")]
    [InlineData("accelerators.json", """[{ "key": "L4-24GB", "source": "s", "asOf": "2026", "sources": { "watts": { "source": "s", "asOf": "2026" } } }]""", "sources.watts: the row has no such field")]
    [InlineData("models.json", """[{ "key": "llama-3-70b", "totalParameters": 70, "source": "s", "asOf": "2026" }]""", "entry 0 (llama-3-70b): totalParameters: is 70; it lies between")]
    [InlineData("models.json", """[{ "key": "mixtral-8x7b", "expertsPerToken": 9, "source": "s", "asOf": "2026" }]""", "expertsPerToken: is 9; it lies between 1 and 8")]
    [InlineData("engines.json", """[{ "engine": 7, "source": "s", "asOf": "2026" }]""", "engine: is a name, or null")]
    [InlineData("prices.json", """[{ "accelerator": "H1", "kind": "ON_DEMAND", "provider": "p", "unit": "DISCOUNT", "value": 2, "currency": "USD", "source": "s", "asOf": "2026" }]""", "accelerator: is 'H1', which is no accelerator", "unit: is DISCOUNT", "currency: is not for a discount")]
    [InlineData("prices.json", """[{ "accelerator": "L4-24GB", "kind": "ON_DEMAND", "provider": "p", "unit": "ACCELERATOR_HOUR", "value": 700, "currency": "USD", "source": "s", "asOf": "2026" }]""", "value: is 700; it lies between 0.01 and 200")]
    [InlineData("prices.json", """[{ "accelerator": "L4-24GB", "kind": "ON_DEMAND", "provider": "p", "unit": "ACCELERATOR_HOUR", "low": 7, "currency": "USD", "source": "s", "asOf": "2026" }]""", "value: a price has either value, or low and high")]
    [InlineData("models.json", "{}", "a JSON array of objects is expected")]
    [InlineData("modles.json", "[]", "no file of facts has that name; they are accelerators.json")]
    public void A_bad_row_is_refused_with_file_entry_and_field(string file, string text, params string[] said)
    {
        using var own = new Folder((file, text));

        var refused = Assert.Throws<CatalogFileException>(() => LoadFacts.From(own.Path));

        foreach (var words in said) Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(own.Path, file), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_tells_each_value_with_its_source_and_the_prices()
    {
        var chip = JsonDocument.Parse((await RunAsync("h100-sxm-80gb", "--json")).Output).RootElement;
        var values = chip.GetProperty("values").EnumerateArray().ToDictionary(v => v.GetProperty("field").GetString()!);

        Assert.Equal(1979e12, values["denseFlops.fp8"].GetProperty("value").GetDouble());
        Assert.Equal((true, false), (values["denseFlops.fp32"].GetProperty("unverified").GetBoolean(), values["denseFlops.fp8"].GetProperty("unverified").GetBoolean()));
        Assert.All(values.Values, v => Assert.NotEmpty(v.GetProperty("source").GetString()!));
        Assert.Contains(chip.GetProperty("prices").EnumerateArray(), p => p.GetProperty("kind").GetString() == "SPOT" && p.GetProperty("unit").GetString() == "DISCOUNT");
        Assert.Contains("kvHeads", (await RunAsync("llama-3-70b")).Output, StringComparison.Ordinal);
        Assert.Equal(LoadFacts.Built.Facts.Accelerators.Count + LoadFacts.Built.Facts.Models.Count, (await RunAsync()).Lines.Count);
        Assert.Equal((1, true), await RunAsync("H900") is var none ? (none.Code, none.Error.Contains("'H900' is no accelerator or model", StringComparison.Ordinal)) : default);
    }

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync(ShowFacts.Command(), arguments);

    private static void Said(RowProvenance provenance)
    {
        foreach (var word in provenance.Fields.Values.Prepend(provenance.Row))
        {
            Assert.NotEmpty(word.Source);
            Assert.Matches("^20[0-9]{2}(-[01][0-9](-[0-3][0-9])?)?$", word.AsOf);
        }
    }

    /// <summary>The keys of the shared data, where there are any.</summary>
    private static List<string> Expected(string file, string column)
    {
        if (Environment.GetEnvironmentVariable("FINOPS_SHARED") is not { Length: > 0 } shared) Assert.Skip("The shared data are not here (FINOPS_SHARED).");
        var lines = File.ReadAllLines(Path.Combine(Environment.GetEnvironmentVariable("FINOPS_SHARED")!, "data", file));
        Assert.Equal(column, lines[0].Split(',')[0]);
        return [.. lines.Skip(1).Select(l => l.Split(',')[0])];
    }

    private sealed class Folder : IDisposable
    {
        public Folder(params (string Name, string Text)[] files)
        {
            Path = Directory.CreateTempSubdirectory("finops-facts").FullName;
            foreach (var (name, text) in files) File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
