using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Platform.Pricing;
using static FinOps.Host.Commands.Targets.EstimateOptionKind;

namespace FinOps.Host.Commands.Targets;

/// <summary>Every field of `EstimateInput` as an option. A model of one's own (`architecture`) is given in a file.</summary>
internal static class EstimateOptions
{
    public static readonly IReadOnlyList<EstimateOption> All =
    [
        new("model", Name, "Key of the model, for example llama-3-70b."),
        new("accelerator", Name, "Key of the chip, for example H100-SXM-80GB."),
        new("accelerators", Count, "How many chips there are: whole copies of the model (default: one copy)."),
        new("tensorParallel", Count, "Chips over which each layer is split (default: the smallest copy with room for 16 sequences)."),
        new("pipelineParallel", Count, "Stages of layers (default: as many as the smallest copy needs)."),
        new("dataParallel", Count, "Copies of the attention that share one set of experts (default: 1)."),
        new("expertParallel", Count, "Chips over which experts are spread whole (default: the copy's where --data-parallel is above 1, else 1)."),
        new("weights", Name, "Format of the weights: fp32, fp16, fp8, int8, int4 (gptq, awq), fp4, mxfp4 (default: fp16)."),
        new("activations", Name, "Format in which products are taken (default: the weights' where chips compute in it, else fp16)."),
        new("kvCache", Name, "Format of keys and values (default: fp16 under weights of 16 bits or more, else fp8)."),
        new("promptTokens", Tokens, "Mean length of prompts, cached part included (default: 1000)."),
        new("outputTokens", Tokens, "Mean length of answers (default: 1000)."),
        new("cachedPrefixShare", Share, "Share of prompts whose keys and values are there already, 0 to 1 (default: 0)."),
        new("concurrency", Number, "Load: requests at any time, over all copies. Without a load: the most that memory and the engine take."),
        new("requestsPerSecond", Number, "Load: requests per second, over all copies."),
        new("maxSecondsPerOutputToken", Seconds, "Load: as much as keeps the mean time between tokens of an answer below this."),
        new("maxSecondsToFirstToken", Seconds, "Load: as much as keeps the mean time to the first token below this."),
        new("batching", Word, "continuous: sequences join and leave at every step; static: a batch ends with its longest (default: continuous)."),
        new("kvAllocation", Word, "paged: blocks as needed; contiguous: room for the longest sequence (default: paged)."),
        new("longestSequence", Tokens, "Of prompt and answer: the room that contiguous allocation keeps, and what a static batch waits for."),
        new("chunkedPrefill", YesNo, "Whether prompts are read in pieces beside decoding (default: yes)."),
        new("speculation.tokens", Count, "Tokens that a draft guesses per step, 1 to 16 (default: no speculation)."),
        new("speculation.acceptance", Share, "The chance that a guess holds, given that those before it did, 0 to 1."),
        new("speculation.draftCost", Share, "What one guess costs, as a share of a step of the model, 0 to 1."),
        new("powerCapWatts", Watts, "Watts that a chip may draw (default: its design power)."),
        new("mostSequences", Count, "Sequences that the engine runs at once in one copy of the attention (default: 2048)."),
        new("engine", Name, "Key of the engine's efficiency factors (default: any, those of no engine in particular)."),
        new("pricePerAcceleratorHour", Money, "What an hour of one chip costs, used or not (default: the price book's)."),
        new("priceKind", Word, "Which of the price book's: on-demand, spot, committed, rental, own-neocloud, own-hyperscaler (default: the first that is known)."),
        new("provider", Name, "Whose of the price book's (default: anybody's)."),
        new("currency", Name, "ISO 4217, of --price-per-accelerator-hour."),
        new("utilisation", Share, "Share of the hours' capacity that is used, above 0, at most 1 (default: 1)."),
    ];

    /// <summary>Puts what the command line says over what the input says.</summary>
    /// <exception cref="CatalogFileException">A value is not of its kind.</exception>
    public static void Over(JsonObject input, ParseResult parsed, Func<EstimateOption, bool>? but = null)
    {
        foreach (var option in All)
        {
            if ((but is null || !but(option)) && parsed.GetValue(option.Option) is { } text) option.SetIn(input, option.Parse(text));
        }
    }
}
