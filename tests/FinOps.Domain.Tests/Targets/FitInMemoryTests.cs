using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Tests.Targets;

/// <summary>Five models' memory, by hand. Prompts and answers of 1,000 tokens each; of memory 96 % are used, less 3 GB per accelerator.</summary>
public sealed class FitInMemoryTests
{
    [Fact]
    public void A_dense_model_with_a_key_for_each_head()
    {
        // llama-2-7b in 16 bits on one A100: 6,738,149,376 × 2 bytes. A token keeps 2 × 32 layers × 32 heads × 128 × 2 bytes.
        var fit = Fit(KnownFacts.Llama2Small, KnownFacts.A100, new Parallelism(1), NumberFormat.Fp16);

        Assert.Equal(13_476_298_752, fit.WeightBytes);
        Assert.Equal(524_288, fit.KvBytesPerToken);
        // 0.96 × 85.9e9 − 3e9 − 13,476,298,752.
        Assert.Equal(65_987_701_248, fit.FreeBytes, 0);
        Assert.Equal(65_987_701_248 / (2_000.0 * 524_288), fit.MostSequences, 6);
    }

    [Fact]
    public void A_dense_model_with_grouped_keys_in_eight_bits_over_two_accelerators()
    {
        // llama-3-70b: embedding and output layer, 2 × 128,256 × 8,192 = 2,101,346,304, stay at 2 bytes; the other 68,451,041,280 take 1.
        var fit = Fit(KnownFacts.Llama3Large, KnownFacts.H100, new Parallelism(2), NumberFormat.Fp8);

        Assert.Equal((4_202_692_608 + 68_451_041_280) / 2, fit.WeightBytes);
        Assert.Equal(2 * 80 * 8 * 128, fit.KvBytesPerToken);
        Assert.Equal(82_464_000_000 - 3_000_000_000 - 36_326_866_944, fit.FreeBytes, 0);
        Assert.Equal(2 * 43_137_133_056 / (2_000.0 * 163_840), fit.MostSequences, 6);
    }

    [Fact]
    public void Latent_attention_is_whole_on_each_accelerator_that_splits_layers_and_once_where_attention_is_data_parallel()
    {
        // deepseek-r1: embeddings 2 × 129,280 × 7,168 = 1,853,358,080 at 2 bytes, attention and dense layers 15,237,871,104 at 1,
        // experts 653,908,770,816 at 1. A token keeps 61 × 576 numbers, on each of the eight.
        var split = Fit(KnownFacts.DeepSeek, KnownFacts.H200, new Parallelism(8), NumberFormat.Fp8);

        Assert.Equal((3_706_716_160 + 15_237_871_104 + 653_908_770_816) / 8.0, split.WeightBytes);
        Assert.Equal(8 * 35_136, split.KvBytesPerToken);
        Assert.Equal(144_768_000_000 - 3_000_000_000 - 84_106_669_760, split.FreeBytes, 0);
        Assert.Equal(8 * 57_661_330_240 / (2_000.0 * 281_088), split.MostSequences, 6);

        // Eight copies of the attention beside one set of experts.
        var parallel = Fit(KnownFacts.DeepSeek, KnownFacts.H200, new Parallelism(1, Data: 8, Expert: 8), NumberFormat.Fp8);

        Assert.Equal((8 * (3_706_716_160 + 15_237_871_104) + 653_908_770_816) / 8.0, parallel.WeightBytes);
        Assert.Equal(35_136, parallel.KvBytesPerToken);
        Assert.Equal(8 * 41_084_816_384 / (2_000.0 * 35_136), parallel.MostSequences, 6);
    }

    [Fact]
    public void Layers_with_a_window_keep_only_what_they_look_back_on()
    {
        // gpt-oss-120b: 2,138,214,400 outside of experts stay at 2 bytes; 114,661,785,600 in experts take four bits and a scale per 32.
        var fit = Fit(KnownFacts.GptOss, KnownFacts.H100, new Parallelism(1), new Precision(NumberFormat.Mxfp4, NumberFormat.Fp16, NumberFormat.Fp16));

        Assert.Equal(4_276_428_800 + 60_914_073_600, fit.WeightBytes);
        Assert.Equal(2 * 36 * 8 * 64 * 2, fit.KvBytesPerToken);
        // Of 2,000 tokens half the layers keep all, the others 128: as much as 1,064 tokens in all layers.
        Assert.Equal((82_464_000_000 - 3_000_000_000 - 65_190_502_400) / (1_064.0 * 73_728), fit.MostSequences, 6);
    }

    [Fact]
    public void Keys_are_doubled_where_more_accelerators_split_a_layer_than_there_are_key_heads()
    {
        // qwen3-235b: embeddings 1,244,659,712 at 2 bytes, 6,758,944,512 outside of experts, 227,096,395,776 in them; 4 key heads on 8 accelerators.
        var fit = Fit(KnownFacts.Qwen, KnownFacts.H100, new Parallelism(8), NumberFormat.Fp8);

        Assert.Equal((2_489_319_424 + 6_758_944_512 + 227_096_395_776) / 8.0, fit.WeightBytes);
        Assert.Equal(2 * (2 * 94 * 4 * 128), fit.KvBytesPerToken);
        Assert.Equal(8 * (79_464_000_000 - 29_543_082_464) / (2_000.0 * 192_512), fit.MostSequences, 6);
    }

    [Fact]
    public void Contiguous_allocation_keeps_room_for_the_longest_sequence()
    {
        var paged = Fit(KnownFacts.Llama2Small, KnownFacts.A100, new Parallelism(1), NumberFormat.Fp16);
        var contiguous = FitInMemory.Of(
            KnownFacts.Llama2Small,
            new Deployment(KnownFacts.A100, 1, new Parallelism(1), Precision.Of(NumberFormat.Fp16), "any") { KvAllocation = KvAllocation.Contiguous, LongestSequence = 8_000 },
            new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual);

        Assert.Equal(paged.MostSequences / 4, contiguous.MostSequences, 9);
    }

    [Fact]
    public void Copies_hold_their_sequences_each()
    {
        var model = KnownFacts.Llama3Small;
        var one = FitInMemory.Of(model, Deployment(KnownFacts.H100, 1), new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual);
        var eight = FitInMemory.Of(model, Deployment(KnownFacts.H100, 8), new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual);

        Assert.Equal(one with { MostSequences = 8 * one.MostSequences }, eight);

        static Deployment Deployment(Accelerator chip, int count) => new(chip, count, new Parallelism(1), Precision.Of(NumberFormat.Fp8), "any");
    }

    [Fact]
    public void An_engine_that_takes_a_part_of_what_is_left_holds_that_part()
    {
        var deployment = new Deployment(KnownFacts.A100, 1, new Parallelism(1), Precision.Of(NumberFormat.Fp16), "any");
        var all = FitInMemory.Of(KnownFacts.Llama2Small, deployment, new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual);
        var part = FitInMemory.Of(KnownFacts.Llama2Small, deployment, new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual with { CacheShare = 0.8 });

        Assert.Equal(0.8 * all.MostSequences, part.MostSequences, 9);
    }

    private static MemoryFit Fit(ModelArchitecture model, Accelerator chip, Parallelism layout, NumberFormat weights) => Fit(model, chip, layout, Precision.Of(weights));

    private static MemoryFit Fit(ModelArchitecture model, Accelerator chip, Parallelism layout, Precision precision) => FitInMemory.Of(
        model, new Deployment(chip, layout.Accelerators, layout, precision, "any"), new Workload(1_000, 1_000, 0, new Load.Maximum()), KnownFacts.Usual);
}
