using System.CommandLine;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Host.Commands;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;

namespace FinOps.Platform.Tests.Pricing;

/// <summary>The community's price catalogue: previewed, imported exactly so, or refused.</summary>
public sealed class RateCatalogueTests
{
    private const string Now = "2026-07-24T13:07Z";
    private const string From = "2026-08-01T00:00Z";

    private const string Feed =
        """
        {"sample_spec":{"input_cost_per_token":0.0},"free/m":{"input_cost_per_token":0},"known/m":{"input_cost_per_token":2e-06,"output_cost_per_token":8e-06},
         "new/m":{"input_cost_per_token":5.46875e-07,"output_cost_per_token":1e-05,"input_cost_per_token_above_200k_tokens":1e-06,"output_cost_per_token_batches":5e-06}}
        """;

    [Fact]
    public async Task What_was_previewed_is_imported_once_with_who_and_when()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await house.RateAsync("known/m", "2026-01-01T00:00Z", 3m, 8m);

        var preview = await PreviewAsync(house, Feed);
        var imported = await ImportAsync(house, Feed, preview.Digest);
        var again = await PreviewAsync(house, Feed);

        Assert.Equal(["new/m"], preview.New.Select(c => c.Model));
        Assert.Equal(
            new CatalogueRateView("uncachedInput", null, null, 0.000003m, 0.000002m, -33.33m), Assert.Single(Assert.Single(preview.Changed).Rates));
        Assert.Equal([("free/m", "free"), ("sample_spec", "sample")], preview.Skipped.Select(s => (s.Model, s.Code)));
        Assert.Equal((1, 1, 0, 2), (imported.NewModels, imported.ChangedModels, imported.UnchangedModels, imported.SkippedModels));
        Assert.Equal(["known/m", "new/m"], again.Unchanged);
        var rates = (await house.Books.NowAsync(CostHouse.Cancellation)).Rates;
        Assert.Equal(0.000000546875m, Assert.Single(rates.Cards(new ModelId("new/m"))).Rates[UnitClass.UncachedInput].PerUnit);
        Assert.Equal(
            [("2026-01-01", 0.000003m), ("2026-08-01", 0.000002m)],
            rates.Cards(new ModelId("known/m")).Select(c => ($"{c.From:yyyy-MM-dd}", c.Rates[UnitClass.UncachedInput].PerUnit)));
        Assert.Equal(
            ["known/m finance 2026-07-24T13:07", "new/m finance 2026-07-24T13:07"],
            await TextAsync(house, "select data->>'model' || ' ' || (data->>'recordedBy') || ' ' || left(data->>'recordedAt', 16) from finops.mt_events where data->>'from' like '2026-08-01%' order by 1"));
    }

    [Fact]
    public async Task Books_that_moved_on_or_another_feed_are_refused_and_nothing_is_written()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        var preview = await PreviewAsync(house, Feed);
        await house.RateAsync("new/m", "2026-01-01T00:00Z", 1m, 2m);

        var moved = await Assert.ThrowsAsync<RejectedException>(() => ImportAsync(house, Feed, preview.Digest));
        var other = await Assert.ThrowsAsync<RejectedException>(() => ImportAsync(house, """{"known/m":{"input_cost_per_token":1e-06}}""", preview.Digest));

        Assert.All([moved, other], refused => Assert.Equal(("preview_outdated", "digest"), (refused.Rejections.Single().Code, refused.Rejections.Single().Field)));
        Assert.Equal(["1"], await TextAsync(house, "select count(*)::text from finops.mt_events"));
    }

    [Fact]
    public async Task Of_two_imports_at_once_one_is_written_whole_and_the_other_not_at_all()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await using var neighbour = house.Neighbour();
        var digest = (await PreviewAsync(house, Feed)).Digest;
        _ = await neighbour.Books.NowAsync(CostHouse.Cancellation);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await ImportAsync(i % 2 == 0 ? house : neighbour, Feed, digest);
                return true;
            }
            catch (RejectedException refused) when (refused.Rejections.Single().Code == "preview_outdated")
            {
                return false;
            }
        }));

        Assert.Single(outcomes, written => written);
        Assert.Equal(["2"], await TextAsync(house, "select count(*)::text from finops.mt_events"));
    }

    [Fact]
    public async Task A_packed_feed_is_read_and_a_bomb_or_no_gzip_is_refused()
    {
        await using var house = await CostHouse.OpenAsync(Now);

        Assert.Equal((await PreviewAsync(house, Feed)).Digest, (await PreviewAsync(house, Packed(Encoding.UTF8.GetBytes(Feed)))).Digest);
        Assert.Equal("catalogue_too_large", await RefusalAsync(house, Packed(new byte[Limits.CatalogueBytes + 1])));
        Assert.Equal("catalogue_not_gzip", await RefusalAsync(house, "H4sIAAAA"));
        Assert.Equal("catalogue_not_gzip", await RefusalAsync(house, "H4sI no base64"));
        Assert.Equal("price_negative", await RefusalAsync(house, """{"m":{"input_cost_per_token":-1e-06}}"""));
    }

    /// <summary>2,985 models as they were published; the counts were taken from the file by other means.</summary>
    [Fact]
    public async Task The_real_catalogue_is_imported_whole()
    {
        var file = RecordedTraces.File("litellm_model_prices_2026-07-24.json.gz");
        await using var house = await CostHouse.OpenAsync(Now);
        var feed = Convert.ToBase64String(await File.ReadAllBytesAsync(file, CostHouse.Cancellation));

        var preview = await PreviewAsync(house, feed);
        var imported = await ImportAsync(house, feed, preview.Digest);
        var again = await PreviewAsync(house, feed);

        Assert.Equal(
            "free 130 implausible 16 no_token_price 444 not_a_model 1 sample 1 too_fine 23",
            string.Join(' ', preview.Skipped.GroupBy(s => s.Code).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}")));
        Assert.Equal((2_370, 7_054), (preview.New.Count, preview.New.Sum(c => c.Rates.Count)));
        Assert.Equal(preview.New.Count, imported.NewModels);
        Assert.Equal((0, 0, preview.New.Count), (again.New.Count, again.Changed.Count, again.Unchanged.Count));
    }

    private static Task<RateCatalogueView> PreviewAsync(CostHouse house, string feed) => CatalogueQueries.PreviewRateCatalogue(
        new PreviewRateCatalogueInput { Catalogue = feed, From = CostHouse.At(From) }, house.Books, CostHouse.Cancellation);

    private static Task<RateCatalogueImported> ImportAsync(CostHouse house, string feed, string digest) => CatalogueMutations.ImportRateCatalogue(
        new ImportRateCatalogueInput { Catalogue = feed, From = CostHouse.At(From), Digest = digest }, house.Books, house.Record, house.Clock,
        CostHouse.Finance, CostHouse.Cancellation);

    private static async Task<string> RefusalAsync(CostHouse house, string feed) =>
        (await Assert.ThrowsAsync<RejectedException>(() => PreviewAsync(house, feed))).Rejections.Single().Code;

    private static string Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return Convert.ToBase64String(packed.ToArray());
    }

    private static async Task<List<string>> TextAsync(CostHouse house, string sql)
    {
        await using var command = house.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(CostHouse.Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(CostHouse.Cancellation)) rows.Add(reader.GetString(0));
        return rows;
    }
}

/// <summary>`finops rates import`, over a running host.</summary>
public sealed class RatesImportTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Feed = """{"cli/a":{"input_cost_per_token":1e-06,"output_cost_per_token":2e-06},"cli/b":{"input_cost_per_token":3e-06},"other":{"input_cost_per_token":-1}}""";

    [Fact]
    public async Task A_catalogue_is_shown_and_with_apply_written()
    {
        var file = await FileAsync(Feed);

        var shown = await RunAsync("finance", file, "--prefix", "cli/");
        var nothing = await CardsAsync();
        var applied = await RunAsync("finance", file, "--model", "cli/a", "--json", "--apply");

        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.Contains("new       cli/a: uncachedInput 1, output 2", shown.Output, StringComparison.Ordinal);
        Assert.Contains("2 new, 0 changed, 0 unchanged, 0 skipped", shown.Output, StringComparison.Ordinal);
        Assert.Empty(nothing);
        Assert.Equal((0, ""), (applied.Code, applied.Error));
        var written = JsonElement.Parse(applied.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal((1, "finance"), (written.GetProperty("newModels").GetInt32(), written.GetProperty("importedBy").GetString()));
        Assert.Equal(["cli/a"], await CardsAsync());
    }

    [Fact]
    public async Task A_refused_catalogue_names_each_row_and_a_tenants_key_opens_nothing()
    {
        var refused = await RunAsync("finance", await FileAsync("""{"m":{"input_cost_per_token":-1,"output_cost_per_token":"NaN"}}"""), "--apply");
        var tenant = await RunAsync("acme", await FileAsync("{}"), "--apply");

        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Contains("catalogue.m.input_cost_per_token", refused.Error, StringComparison.Ordinal);
        Assert.Contains("catalogue.m.output_cost_per_token", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, tenant.Code);
    }

    private async Task<List<string>> CardsAsync() =>
        [.. (await host.DataAsync("{ rateCards { model } }")).GetProperty("rateCards").EnumerateArray().Select(c => c.GetProperty("model").GetString()!).Where(m => m.StartsWith("cli/", StringComparison.Ordinal))];

    private async Task<(int Code, string Output, string Error)> RunAsync(string key, string file, params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new RootCommand { Apply.Rates() }
            .Parse(["rates", "import", file, "--from", "2026-08-01", .. words, "--url", host.Url.ToString(), "--key", host.Keys[key]])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<string> FileAsync(string text)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
