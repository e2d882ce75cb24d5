using System.Text.Json;
using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Providers;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Providers;

public sealed class ReadUsageTests
{
    [Theory]
    [InlineData(
        "openai-chat",
        """{"usage":{"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":5,"image_tokens":10,"audio_tokens":15},"completion_tokens":30,"completion_tokens_details":{"reasoning_tokens":20,"audio_tokens":4}}}""",
        "uncachedInput 30, cacheRead 40, cacheWrite 5, image 10, audioInput 15, output 6, reasoning 20, audioOutput 4")]
    [InlineData(
        "openai-chat", """{"usage":{"prompt_tokens":100,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,"completion_tokens":3}}""",
        "uncachedInput 36, cacheRead 64, output 3")]
    [InlineData("openai-embeddings", """{"usage":{"prompt_tokens":7,"total_tokens":7}}""", "uncachedInput 7")]
    [InlineData(
        "openai-responses",
        """{"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":40,"cache_write_tokens":60},"output_tokens":30,"output_tokens_details":{"reasoning_tokens":30}}}""",
        "cacheRead 40, cacheWrite 60, reasoning 30")]
    [InlineData(
        "anthropic",
        """{"usage":{"input_tokens":3,"cache_read_input_tokens":400,"cache_creation_input_tokens":50,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}}""",
        "uncachedInput 3, cacheRead 400, cacheWrite 50, output 5, reasoning 4")]
    [InlineData(
        "gemini",
        """{"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":30,"toolUsePromptTokenCount":7,"candidatesTokenCount":11,"thoughtsTokenCount":6,"promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":25},{"modality":"IMAGE","tokenCount":15}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":20},{"modality":"IMAGE"}],"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}}""",
        "uncachedInput 57, cacheRead 30, image 15, audioInput 5, output 9, reasoning 6, audioOutput 2")]
    [InlineData(
        "bedrock", """{"usage":{"inputTokens":3,"cacheReadInputTokens":400,"cacheWriteInputTokens":50,"outputTokens":9,"totalTokens":462}}""",
        "uncachedInput 3, cacheRead 400, cacheWrite 50, output 9")]
    [InlineData("cohere", """{"usage":{"billed_units":{"input_tokens":3,"output_tokens":9},"tokens":{"input_tokens":1400,"output_tokens":9}}}""", "uncachedInput 3, output 9")]
    public void A_body_is_told_by_its_fields_and_its_tokens_become_disjoint(string style, string body, string tokens)
    {
        var reading = Read(body);

        Assert.Equal((style, tokens), (reading.Style.Name, reading.Quantities.ToString()));
        Assert.Equal(0, reading.Unaccounted);
    }

    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":11},"completion_tokens":1}}""", "part_larger_than_whole", "usage.prompt_tokens_details.cached_tokens")]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":2}}}""", "part_larger_than_whole", "usage.completion_tokens_details.reasoning_tokens")]
    [InlineData("""{"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":6,"audio_tokens":5},"completion_tokens":1}}""", "part_larger_than_whole", "usage.prompt_tokens")]
    [InlineData("""{"usageMetadata":{"cachedContentTokenCount":1}}""", "part_larger_than_whole", "usageMetadata.cachedContentTokenCount")]
    [InlineData("""{"usageMetadata":{"promptTokenCount":9,"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}}""", "part_larger_than_whole", "usageMetadata.cacheTokensDetails[modality=AUDIO].tokenCount")]
    [InlineData("""{"usage":{"input_tokens":-1,"output_tokens":1}}""", "quantity_negative", "usage.input_tokens")]
    [InlineData("""{"usage":{"input_tokens":1.5,"output_tokens":1}}""", "quantity_not_whole", "usage.input_tokens")]
    [InlineData("""{"usage":{"inputTokens":"12","outputTokens":1}}""", "quantity_not_whole", "usage.inputTokens")]
    [InlineData("""{"usage":{"inputTokens":1e30,"outputTokens":1}}""", "quantity_not_whole", "usage.inputTokens")]
    [InlineData("""{"usage":{"inputTokens":1,"outputTokens":1000000000001}}""", "quantity_absurd", "usage.outputTokens")]
    public void A_flaw_is_refused_with_the_path_of_its_field(string body, string code, string field)
    {
        var refused = Assert.Throws<RejectedException>(() => Read(body));

        var rejection = Assert.Single(refused.Rejections);
        Assert.Equal((code, field), (rejection.Code, rejection.Field));
        Assert.Contains(field, rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_flaws_are_told_at_once()
    {
        var refused = Assert.Throws<RejectedException>(() => Read("""{"usage":{"input_tokens":-1,"output_tokens":true}}"""));

        Assert.Equal(["quantity_negative", "quantity_not_whole"], refused.Rejections.Select(r => r.Code));
    }

    [Fact]
    public void A_breakdown_that_is_null_is_no_breakdown()
    {
        var reading = Read("""{"usage":{"prompt_tokens":10,"prompt_tokens_details":null,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":null}}}""");

        Assert.Equal("uncachedInput 10, output 1", reading.Quantities.ToString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"usage":[]}""")]
    [InlineData("""{"usage":{"tokens":3}}""")]
    [InlineData("""{"usage":{"prompt_tokens":null}}""")]
    [InlineData("[1]")]
    public void A_body_of_no_style_has_none(string body) => Assert.Null(ReadUsage.StyleOf(Json(body)));

    [Fact]
    public void A_body_that_is_not_of_the_asked_style_says_what_is_missing()
    {
        var refused = Assert.Throws<RejectedException>(() => ReadUsage.Of(UsageStyles.Bedrock, Json("""{"usage":{"input_tokens":1,"output_tokens":2}}""")));

        Assert.Contains("`usage.inputTokens`, `usage.outputTokens`", Assert.Single(refused.Rejections).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_bodys_own_total_holds_beyond_its_classes_is_said()
    {
        Assert.Equal(62, Read("""{"usage":{"prompt_tokens":35,"completion_tokens":12,"total_tokens":109}}""").Unaccounted);
        Assert.Equal(-2, Read("""{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":3}}""").Unaccounted);
    }

    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":1,"completion_tokens":1,"service_tier":"flex"}}""", ServiceTier.Flex)]
    [InlineData("""{"usage":{"input_tokens":1,"output_tokens":1,"server_tool_use":{},"service_tier":"batch"}}""", ServiceTier.Batch)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":1,"trafficType":"ON_DEMAND_PRIORITY"}}""", ServiceTier.Priority)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":1,"serviceTier":"standard"}}""", ServiceTier.Standard)]
    public void A_service_tier_is_read_where_the_body_names_one(string body, ServiceTier tier) => Assert.Equal(tier, Read(body).Tier);

    [Fact]
    public void Parts_inside_their_whole_never_count_twice()
    {
        Gen.Int[0, 100_000].Array[4].Select(Gen.Int[0, 100_000].Array[2]).Sample((input, output) =>
        {
            var (prompt, completion) = (input.Sum(), output.Sum());
            var reading = Read(
                $$$"""
                {"usage":{"prompt_tokens":{{{prompt}}},"prompt_tokens_details":{"cached_tokens":{{{input[0]}}},"image_tokens":{{{input[1]}}},"audio_tokens":{{{input[2]}}}},
                 "completion_tokens":{{{completion}}},"completion_tokens_details":{"reasoning_tokens":{{{output[0]}}}},"total_tokens":{{{prompt + completion}}}}}
                """);
            return reading.Quantities.InputTotal == prompt && reading.Quantities.OutputTotal == completion
                && reading.Quantities[UnitClass.UncachedInput] == input[3] && reading.Unaccounted == 0;
        });
    }

    private static UsageReading Read(string body) => ReadUsage.Of(ReadUsage.StyleOf(Json(body))!, Json(body));

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
