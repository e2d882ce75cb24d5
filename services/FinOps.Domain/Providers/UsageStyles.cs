using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using static FinOps.Domain.Providers.FieldRelation;

namespace FinOps.Domain.Providers;

/// <summary>The styles that are read. A new one is one more entry; none needs code.</summary>
public static class UsageStyles
{
    private static readonly Dictionary<string, ServiceTier> Tiers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["batch"] = ServiceTier.Batch,
        ["flex"] = ServiceTier.Flex,
        ["priority"] = ServiceTier.Priority,
        ["ON_DEMAND_FLEX"] = ServiceTier.Flex,
        ["ON_DEMAND_PRIORITY"] = ServiceTier.Priority,
    };

    /// <summary>OpenAI chat and whoever speaks it: cached, written and media tokens lie inside the prompt, reasoning inside the completion.</summary>
    public static readonly UsageStyle OpenAiChat = new("openai-chat", "usage",
    [
        new("prompt_tokens", UnitClass.UncachedInput, Whole, IsRequired: true),
        new("prompt_tokens_details.cached_tokens|prompt_cache_hit_tokens|cached_tokens|cached_prompt_text_tokens", UnitClass.CacheRead, Inside),
        new("prompt_tokens_details.cache_write_tokens", UnitClass.CacheWrite, Inside),
        new("prompt_tokens_details.image_tokens", UnitClass.Image, Inside),
        new("prompt_tokens_details.audio_tokens", UnitClass.AudioInput, Inside),
        new("completion_tokens", UnitClass.Output, Whole, IsRequired: true),
        new("completion_tokens_details.reasoning_tokens", UnitClass.Reasoning, Inside),
        new("completion_tokens_details.audio_tokens", UnitClass.AudioOutput, Inside),
    ])
    { Total = "total_tokens", Tier = "service_tier", Tiers = Tiers };

    /// <summary>Embeddings: a prompt and nothing else.</summary>
    public static readonly UsageStyle OpenAiEmbeddings = new("openai-embeddings", "usage",
        [new("prompt_tokens", UnitClass.UncachedInput, Whole, IsRequired: true)]);

    /// <summary>OpenAI responses: as chat, under other names.</summary>
    public static readonly UsageStyle OpenAiResponses = new("openai-responses", "usage",
    [
        new("input_tokens", UnitClass.UncachedInput, Whole, IsRequired: true),
        new("input_tokens_details.cached_tokens", UnitClass.CacheRead, Inside),
        new("input_tokens_details.cache_write_tokens", UnitClass.CacheWrite, Inside),
        new("input_tokens_details.image_tokens", UnitClass.Image, Inside),
        new("input_tokens_details.audio_tokens", UnitClass.AudioInput, Inside),
        new("output_tokens", UnitClass.Output, Whole, IsRequired: true),
        new("output_tokens_details.reasoning_tokens", UnitClass.Reasoning, Inside),
        new("output_tokens_details.audio_tokens", UnitClass.AudioOutput, Inside),
    ])
    { Total = "total_tokens", Tier = "service_tier", Tiers = Tiers };

    /// <summary>Anthropic: what was read from and written to the cache stands beside the input.</summary>
    public static readonly UsageStyle Anthropic = new("anthropic", "usage",
    [
        new("input_tokens", UnitClass.UncachedInput, Whole, IsRequired: true),
        new("cache_read_input_tokens", UnitClass.CacheRead, Beside),
        new("cache_creation_input_tokens", UnitClass.CacheWrite, Beside),
        new("output_tokens", UnitClass.Output, Whole, IsRequired: true),
        new("output_tokens_details.thinking_tokens", UnitClass.Reasoning, Inside),
    ])
    {
        Signs = ["cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "server_tool_use"],
        Tier = "service_tier",
        Tiers = Tiers,
    };

    /// <summary>Gemini, on its own and on Vertex: the cache and media lie inside the prompt; thoughts and the prompts of tools stand beside.</summary>
    public static readonly UsageStyle Gemini = new("gemini", "usageMetadata",
    [
        new("promptTokenCount", UnitClass.UncachedInput, Whole),
        new("toolUsePromptTokenCount", UnitClass.UncachedInput, Whole),
        new("cachedContentTokenCount", UnitClass.CacheRead, Inside),
        new("promptTokensDetails[modality=IMAGE].tokenCount", UnitClass.Image, Inside),
        new("promptTokensDetails[modality=AUDIO].tokenCount", UnitClass.AudioInput, Inside),
        new("toolUsePromptTokensDetails[modality=IMAGE].tokenCount", UnitClass.Image, Inside),
        new("toolUsePromptTokensDetails[modality=AUDIO].tokenCount", UnitClass.AudioInput, Inside),
        new("cacheTokensDetails[modality=IMAGE].tokenCount", UnitClass.Image, InTwoParts),
        new("cacheTokensDetails[modality=AUDIO].tokenCount", UnitClass.AudioInput, InTwoParts),
        new("candidatesTokenCount", UnitClass.Output, Whole),
        new("candidatesTokensDetails[modality=AUDIO].tokenCount", UnitClass.AudioOutput, Inside),
        new("thoughtsTokenCount", UnitClass.Reasoning, Beside),
    ])
    { Total = "totalTokenCount", Tier = "serviceTier|trafficType", Tiers = Tiers };

    /// <summary>Bedrock's converse: the cache stands beside the input.</summary>
    public static readonly UsageStyle Bedrock = new("bedrock", "usage",
    [
        new("inputTokens", UnitClass.UncachedInput, Whole, IsRequired: true),
        new("cacheReadInputTokens|cacheReadInputTokenCount", UnitClass.CacheRead, Beside),
        new("cacheWriteInputTokens|cacheWriteInputTokenCount", UnitClass.CacheWrite, Beside),
        new("outputTokens", UnitClass.Output, Whole, IsRequired: true),
    ])
    { Total = "totalTokens" };

    /// <summary>Cohere: what it bills; the tokens that it counted for itself are others.</summary>
    public static readonly UsageStyle Cohere = new("cohere", "usage",
    [
        new("billed_units.input_tokens", UnitClass.UncachedInput, Whole, IsRequired: true),
        new("billed_units.output_tokens", UnitClass.Output, Whole, IsRequired: true),
    ]);

    /// <summary>Cohere's embeddings.</summary>
    public static readonly UsageStyle CohereEmbeddings = new("cohere-embeddings", "meta",
        [new("billed_units.input_tokens", UnitClass.UncachedInput, Whole, IsRequired: true)]);

    /// <summary>In the order in which a body is tried: a style with signs before one that takes any body of its required fields.</summary>
    public static readonly IReadOnlyList<UsageStyle> All =
        [Gemini, Bedrock, OpenAiChat, OpenAiEmbeddings, Anthropic, OpenAiResponses, Cohere, CohereEmbeddings];

    /// <summary>Which style a provider's API has, by the provider's name for it; a provider of its own before any provider (<c>*</c>).</summary>
    private static readonly Dictionary<(string Provider, string Flavor), UsageStyle> ByFlavor = new()
    {
        [("*", "chat")] = OpenAiChat,
        [("*", "responses")] = OpenAiResponses,
        [("*", "embeddings")] = OpenAiEmbeddings,
        [("*", "anthropic")] = Anthropic,
        [("anthropic", "default")] = Anthropic,
        [("minimax", "default")] = Anthropic,
        [("aws", "default")] = Bedrock,
        [("google", "default")] = Gemini,
        [("groq", "default")] = OpenAiChat,
        [("mistral", "default")] = OpenAiChat,
        [("x-ai", "default")] = OpenAiChat,
        [("cohere", "default")] = Cohere,
        [("cohere", "embeddings")] = CohereEmbeddings,
    };

    /// <returns>Null when the API is none that is read.</returns>
    public static UsageStyle? Of(string provider, string flavor) =>
        ByFlavor.GetValueOrDefault((provider, flavor)) ?? ByFlavor.GetValueOrDefault(("*", flavor));
}
