using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FinOps.Host.Commands;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Prices;

/// <summary>`finops price`: what usage bodies used and cost, without a server.</summary>
public sealed class PriceTests
{
    private static readonly string Example = Path.Combine(Repository.Root, "docs/example");

    [Fact]
    public async Task The_example_of_each_style_costs_what_was_computed_by_hand()
    {
        var run = await RunAsync(Path.Combine(Example, "usage-bodies.json"), Path.Combine(Example, "prices.json"));

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("The file holds 7 prices: 7 equal (100.00 %)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_each_body_is_one_line_of_tokens_and_prices()
    {
        var run = await RunAsync(Path.Combine(Example, "usage-bodies.json"), Path.Combine(Example, "prices.json"), "--json");

        var lines = Lines(run.Output);
        Assert.Equal(Enumerable.Range(0, 7), lines.Select(l => l.GetProperty("index").GetInt32()));
        var media = lines[5];
        Assert.Equal(
            """{"uncachedInput":500,"cacheRead":200,"cacheWrite":0,"image":100,"audioInput":250,"output":80,"reasoning":20,"audioOutput":0,"inputTotal":1050,"outputTotal":100,"total":1150}""",
            media.GetProperty("tokens").GetRawText());
        Assert.Equal(
            """[{"providerId":"google","apiFlavor":"default","style":"gemini","listedModel":"example-media","inputPrice":"0.000436","outputPrice":"0.00025","currency":"USD"}]""",
            media.GetProperty("prices").GetRawText());
    }

    [Fact]
    public async Task Prices_are_those_in_force_at_the_instant()
    {
        var run = await RunAsync(Path.Combine(Example, "usage-bodies.json"), Path.Combine(Example, "prices.json"), "--at", "2025-12-31");

        Assert.Contains("7 prices: 6 equal", run.Output, StringComparison.Ordinal);
        Assert.Contains("google/default: example-media has other prices at other dates", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}""", "reason", "The list has no model of p that 'm' means.")]
    [InlineData("""{"usage":{"prompt_tokens":1,"completion_tokens":1}}""", "reason", "The body names no model.")]
    [InlineData("""{"model":"no-output","usage":{"prompt_tokens":1,"completion_tokens":1}}""", "reason", "The card of no-output has no rate for output.")]
    [InlineData("""{"model":"nothing","usage":{"prompt_tokens":1,"completion_tokens":1}}""", "reason", "The list names nothing without a price.")]
    [InlineData("""{"model":"no-output","usage":{"prompt_tokens":1,"completion_tokens":0}}""", "inputPrice", "0.000001")]
    public async Task What_has_no_price_says_why_and_is_never_zero(string body, string key, string value)
    {
        var run = await RunAsync(await FileAsync($$"""[{"body":{{body}}}]"""), await FileAsync(
            """
            [{"id":"p","extractors":[{"api_flavor":"chat"}],"models":[
              {"id":"no-output","match":{"equals":"no-output"},"prices":{"input_mtok":1}},{"id":"nothing","match":{"equals":"nothing"},"prices":{}}]}]
            """), "--json");

        var row = Assert.Single(Assert.Single(Lines(run.Output)).GetProperty("prices").EnumerateArray());
        Assert.Equal(value, row.GetProperty(key).GetString());
        Assert.Equal(key == "reason", !row.TryGetProperty("inputPrice", out _));
    }

    [Fact]
    public async Task A_catalogue_of_models_prices_by_context_and_service_tier()
    {
        var file = await FileAsync(
            """
            [{"body":{"model":"m","usage":{"prompt_tokens":1000,"completion_tokens":10}}},
             {"body":{"model":"m","usage":{"prompt_tokens":200001,"completion_tokens":10}}},
             {"body":{"model":"m","usage":{"prompt_tokens":1000,"completion_tokens":10,"service_tier":"batch"}}},
             {"body":{"model":"m2","usage":{"prompt_tokens":1000,"completion_tokens":10}}}]
            """);
        var list = await FileAsync("""{"m":{"input_cost_per_token":1e-06,"output_cost_per_token":4e-06,"input_cost_per_token_above_200k_tokens":2e-06,"input_cost_per_token_batches":5e-07}}""");

        var lines = Lines((await RunAsync(file, list, "--json")).Output);

        Assert.Equal(
            ["0.001 0.00004", "0.400002 0.00004", "0.0005 0.00004"],
            lines.SelectMany(l => l.GetProperty("prices").EnumerateArray()).Select(p => $"{p.GetProperty("inputPrice")} {p.GetProperty("outputPrice")}"));
    }

    [Fact]
    public async Task A_part_above_its_whole_is_an_error_of_its_body_alone()
    {
        var file = await FileAsync(
            """
            [{"body":{"model":"m","usage":{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":1}}},
             {"body":{"model":"m","words":7}},
             {"body":{"model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}}]
            """);

        var lines = Lines((await RunAsync(file, Path.Combine(Example, "prices.json"), "--json")).Output);

        Assert.Equal("usage.prompt_tokens_details.cached_tokens", Assert.Single(lines[0].GetProperty("errors").EnumerateArray()).GetProperty("field").GetString());
        Assert.Equal("style_unknown", Assert.Single(lines[1].GetProperty("errors").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(2, lines[2].GetProperty("tokens").GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("{}", "[]", "the file must be a list")]
    [InlineData("[{}]", "[]", "`[0].body` is missing")]
    [InlineData("[{\"body\":3}]", "[]", "`[0].body` must be an object")]
    [InlineData("[\n{\"body\":]", "[]", "line 2")]
    [InlineData("[{\"body\":{\"usage\":{\"prompt_tokens\":1,\"prompt_tokens\":2}}}]", "[]", "prompt_tokens")]
    [InlineData("[{\"body\":{},\"extracted\":[{\"extractors\":[{\"provider_id\":\"p\",\"api_flavor\":\"chat\",\"input_price\":\"cheap\",\"output_price\":\"0\"}]}]}]", "[]", "`[0].extracted[0].extractors[0].input_price` must be a decimal number")]
    [InlineData("[]", "3", "must be")]
    [InlineData("[]", "{\"m\":{\"input_cost_per_token\":-1}}", "catalogue.m.input_cost_per_token")]
    [InlineData("[]", "[{\"models\":[]}]", "`[0].id` is missing")]
    [InlineData("[]", "[{\"id\":\"p\",\"models\":[{\"id\":\"m\",\"match\":{\"sounds_like\":\"m\"},\"prices\":{}}]}]", "`[0].models[0].match.sounds_like` is no way to match a model")]
    [InlineData("[]", "[{\"id\":\"p\",\"models\":[{\"id\":\"m\",\"match\":{\"regex\":\"(\"},\"prices\":{}}]}]", "is no regular expression")]
    [InlineData("[]", "[{\"id\":\"p\",\"models\":[{\"id\":\"m\",\"match\":{\"equals\":\"m\"},\"prices\":{\"input_mtok\":-1}}]}]", "`[0].models[0].prices.input_mtok` must not be negative")]
    [InlineData("[]", "[{\"id\":\"p\",\"models\":[{\"id\":\"m\",\"match\":{\"equals\":\"m\"},\"prices\":{\"input_mtok\":\"1\"}}]}]", "`[0].models[0].prices.input_mtok` must be an object")]
    public async Task A_bad_file_is_named_with_the_place(string bodies, string prices, string why)
    {
        var (file, list) = (await FileAsync(bodies), await FileAsync(prices));

        var run = await RunAsync(file, list);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith(bodies == "[]" ? list : file, run.Error, StringComparison.Ordinal);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var run = await RunAsync("/nowhere/bodies.json", Path.Combine(Example, "prices.json"));

        Assert.Equal(1, run.Code);
        Assert.Contains("/nowhere/bodies.json", run.Error, StringComparison.Ordinal);
    }

    /// <summary>docs/golden-rating.md tells of each that differs.</summary>
    [Fact]
    public async Task Nearly_all_prices_that_another_program_computed_for_real_bodies_are_ours()
    {
        var (bodies, prices) = (RecordedTraces.Shared("genai-prices/usages.json"), RecordedTraces.Shared("genai-prices/data.json"));

        var run = await RunAsync(bodies, prices, "--at", "2026-08-31", "--json");

        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(bodies, TestContext.Current.CancellationToken));
        var ours = Lines(run.Output).SelectMany(l => l.GetProperty("prices").EnumerateArray().Where(p => p.TryGetProperty("inputPrice", out _)).Select(p => (
            l.GetProperty("index").GetInt32(), Text(p, "providerId"), Text(p, "apiFlavor"), Price(p, "inputPrice"), Price(p, "outputPrice")))).ToHashSet();
        var theirs = file.RootElement.EnumerateArray().SelectMany((b, index) => b.GetProperty("extracted").EnumerateArray()
            .SelectMany(e => e.GetProperty("extractors").EnumerateArray()).Where(p => p.TryGetProperty("input_price", out _))
            .Select(p => (index, Text(p, "provider_id"), Text(p, "api_flavor"), Price(p, "input_price"), Price(p, "output_price")))).ToList();
        Assert.Equal(2_168, theirs.Count);
        Assert.Equal(2_155, theirs.Count(ours.Contains));

        static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
        static decimal Price(JsonElement row, string name) => decimal.Parse(Text(row, name), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private static async Task<(int Code, string Output, string Error)> RunAsync(string bodies, string prices, params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new RootCommand { PriceCommand.Command() }.Parse(["price", bodies, "--catalogue", prices, .. words])
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
