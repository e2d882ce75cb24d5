using System.Text;
using FinOps.Domain.Pricing.Catalogues;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing.Catalogues;

public sealed class ReadCatalogueTests
{
    [Fact]
    public void Prices_become_rates_by_class_context_and_tier()
    {
        var model = Assert.Single(Read(
            """
            {"m":{"input_cost_per_token":3e-06,"output_cost_per_token":1.5e-05,"cache_read_input_token_cost":"0.0000003","cache_creation_input_token_cost":3.75e-6,
             "output_cost_per_reasoning_token":2E-05,"input_cost_per_audio_token":0.00004,"output_cost_per_audio_token":8e-05,"input_cost_per_image_token":1e-06,"input_cost_per_request":0.005,
             "input_cost_per_token_above_200k_tokens":6e-06,"input_cost_per_token_batches":1.5e-06,"output_cost_per_token_above_272k_tokens_priority":4e-05,"output_cost_per_token_flex":7.5e-06,
             "litellm_provider":"p","max_tokens":8192,"supports_vision":true,"output_cost_per_token_priority":null}}
            """).Models);

        Assert.Equal(
            "uncachedInput 0.000003, uncachedInput above 200000 0.000006, uncachedInput batch 0.0000015, cacheRead 0.0000003, cacheWrite 0.00000375, image 0.000001, "
            + "audioInput 0.00004, output 0.000015, output flex 0.0000075, output above 272000 priority 0.00004, reasoning 0.00002, audioOutput 0.00008, requests 0.005",
            Text(model));
    }

    [Fact]
    public void Prices_by_bands_are_prices_by_context()
    {
        var model = Assert.Single(Read(
            """
            {"m":{"tiered_pricing":[{"range":[0,32000.0],"input_cost_per_token":1e-06,"output_cost_per_token":4e-06},
                                    {"range":[32e3,128000],"input_cost_per_token":2e-06,"output_cost_per_token":8e-06}]}}
            """).Models);

        Assert.Equal("uncachedInput 0.000001, uncachedInput above 32000 0.000002, output 0.000004, output above 32000 0.000008", Text(model));
    }

    [Theory]
    [InlineData("5.46875e-07", "0.000000546875")]
    [InlineData("1.3e-10", "0.00000000013")]
    [InlineData("1e-16", "0.0000000000000001")]
    [InlineData("0.10E-5", "0.000001")]
    [InlineData("\"+2.50e-06\"", "0.0000025")]
    public void Scientific_notation_is_exact(string price, string rate) =>
        Assert.Equal($"uncachedInput {rate}", Text(Assert.Single(Read($$$"""{"m":{"input_cost_per_token":{{{price}}}}}""").Models)));

    [Theory]
    [InlineData("""{"sample_spec":{"input_cost_per_token":"a price"}}""", "sample")]
    [InlineData("""{"m":"2026-07-24"}""", "not_a_model")]
    [InlineData("""{"m":{"output_cost_per_image":0.04}}""", "no_token_price")]
    [InlineData("""{"m":{"input_cost_per_token":0.0,"output_cost_per_token":0}}""", "free")]
    [InlineData("""{"m":{"input_cost_per_token":2.9999900000000002e-06}}""", "too_fine")]
    [InlineData("""{"m":{"input_cost_per_token":1e-40}}""", "too_fine")]
    [InlineData("""{"m":{"input_cost_per_token":0.15,"output_cost_per_token":0.6}}""", "implausible")]
    [InlineData("""{"m":{"input_cost_per_token":1e-6,"input_cost_per_token_above_77k_tokens":2e-6}}""", "context_unknown")]
    public void What_is_not_for_us_is_skipped_with_its_reason(string feed, string code)
    {
        var catalogue = Read(feed);

        Assert.Empty(catalogue.Models);
        Assert.Equal(code, Assert.Single(catalogue.Skipped).Code);
    }

    [Theory]
    [InlineData("[]", "catalogue_not_object", "catalogue")]
    [InlineData("{\"m\":", "catalogue_not_json", "catalogue")]
    [InlineData("{\"m\":{\"input_cost_per_token\":NaN}}", "catalogue_not_json", "catalogue")]
    [InlineData("{\"a\\ud800b\":{}}", "catalogue_not_json", "catalogue")]
    [InlineData("{\"m\":{\"input_cost_per_token\":\"\\ud800\"}}", "catalogue_not_json", "catalogue")]
    [InlineData("{\"m\":{\"input_cost_per_token\":-1e-6}}", "price_negative", "catalogue.m.input_cost_per_token")]
    [InlineData("{\"m\":{\"input_cost_per_token\":\"NaN\"}}", "price_not_decimal", "catalogue.m.input_cost_per_token")]
    [InlineData("{\"m\":{\"output_cost_per_token\":\"1,5\"}}", "price_not_decimal", "catalogue.m.output_cost_per_token")]
    [InlineData("{\"m\":{\"output_cost_per_token\":\" 1e-6\"}}", "price_not_decimal", "catalogue.m.output_cost_per_token")]
    [InlineData("{\"m\":{\"output_cost_per_token\":true}}", "price_not_decimal", "catalogue.m.output_cost_per_token")]
    [InlineData("{\"m\":{\"output_cost_per_token\":15}}", "price_absurd", "catalogue.m.output_cost_per_token")]
    [InlineData("{\"m\":{\"output_cost_per_token\":1e99}}", "price_absurd", "catalogue.m.output_cost_per_token")]
    [InlineData("{\"m\":{\"input_cost_per_token\":1e-6,\"input_cost_per_token\":1e-6}}", "key_twice", "catalogue.m.input_cost_per_token")]
    [InlineData("{\"m\":{},\"m\":{}}", "model_twice", "catalogue.m")]
    [InlineData("{\"a\\u0000b\":{}}", "model_invalid", "catalogue.a\\u0000b")]
    [InlineData("{\"m\":{\"input_cost_per_token\":1e-6,\"tiered_pricing\":[{\"range\":[0,9],\"input_cost_per_token\":2e-6}]}}", "price_contradicted", "catalogue.m.tiered_pricing[0].input_cost_per_token")]
    [InlineData("{\"m\":{\"tiered_pricing\":[{\"range\":[0.5,9],\"input_cost_per_token\":2e-6}]}}", "range_invalid", "catalogue.m.tiered_pricing[0].range")]
    public void A_hostile_feed_is_refused_with_model_and_key(string feed, string code, string field)
    {
        var refused = Assert.Throws<RejectedException>(() => Read(feed));

        Assert.Equal((code, field), (Assert.Single(refused.Rejections).Code, refused.Rejections[0].Field));
    }

    [Fact]
    public void Every_flaw_is_told_up_to_a_bound_and_then_how_many_more()
    {
        var feed = string.Join(',', Enumerable.Range(0, 60).Select(i => $"\"m{i}\":{{\"input_cost_per_token\":-1}}"));

        var refused = Assert.Throws<RejectedException>(() => Read($"{{{feed}}}"));

        Assert.Equal(CatalogueRules.FlawsTold + 1, refused.Rejections.Count);
        Assert.Contains("10 flaws more", refused.Rejections[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feed_of_too_many_models_is_refused()
    {
        var feed = string.Join(',', Enumerable.Range(0, CatalogueRules.MaxModels + 1).Select(i => $"\"m{i}\":{{}}"));

        Assert.Equal("catalogue_too_large", Assert.Single(Assert.Throws<RejectedException>(() => Read($"{{{feed}}}")).Rejections).Code);
    }

    [Fact]
    public void Only_the_selected_models_are_read_and_a_flaw_elsewhere_does_no_harm()
    {
        const string Feed = """{"a/1":{"input_cost_per_token":1e-6},"a/2":{"input_cost_per_token":2e-6},"b/1":{"input_cost_per_token":-3}}""";

        Assert.Equal(["a/1", "a/2"], Read(Feed, new([], "a/", false)).Models.Select(m => m.Model.Value));
        Assert.Equal(["a/2"], Read(Feed, new(["a/2"], null, false)).Models.Select(m => m.Model.Value));
        var refused = Assert.Throws<RejectedException>(() => Read(Feed, new(["a/2", "a/3"], null, false)));
        Assert.Equal(("model_unknown", "catalogue.a/3"), (refused.Rejections.Single().Code, refused.Rejections.Single().Field));
    }

    [Fact]
    public void Free_models_are_read_when_asked_for() =>
        Assert.Equal("uncachedInput 0", Text(Assert.Single(Read("""{"m":{"input_cost_per_token":0}}""", new([], null, true)).Models)));

    [Fact]
    public void Kinds_of_prices_that_are_not_read_are_counted()
    {
        var catalogue = Read(
            """
            {"m":{"input_cost_per_token":1e-6,"search_context_cost_per_query":{"low":0.01},"code_interpreter_cost_per_session":0.0},
             "n":{"output_cost_per_image":0.04,"search_context_cost_per_query":{"low":0.01}}}
            """);

        Assert.Equal([("output_cost_per_image", 1), ("search_context_cost_per_query", 2)], catalogue.Unread.Select(u => (u.Key, u.Value)));
    }

    private static PriceCatalogue Read(string feed, CatalogueSelection? selection = null) =>
        ReadCatalogue.Of(Encoding.UTF8.GetBytes(feed), selection ?? new([], null, false));

    private static string Text(CatalogueModel model) => string.Join(", ", model.Rates.OrderBy(r => r.Key).Select(r => FormattableString.Invariant($"{r.Key} {r.Value}")));
}
