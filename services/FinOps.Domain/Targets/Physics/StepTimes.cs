namespace FinOps.Domain.Targets.Physics;

/// <summary>
/// What a step of one copy takes, in seconds by cause, as a function of the sequences that run. Sources of the formulas: roofline of weights,
/// cache and products (Pope et al., arXiv 2211.05102), steady state of continuous batching, collectives as latency and bytes. Parts are added,
/// not overlapped: measurements prefer the sum to the maximum.
/// </summary>
internal sealed class StepTimes
{
    /// <summary>Prompt tokens that engines read in one step at most.</summary>
    private const double ChunkTokens = 8192;

    /// <summary>Numbers of a latent key and value that a query head meets in decoding: 576 for the score, 512 for the sum.</summary>
    private const double LatentProducts = 1088;

    /// <summary>Width of a head in prefill with latent attention: 192 for the score, 128 for the sum, on average.</summary>
    private const double LatentPrefillHead = 160;

    /// <summary>Bytes per number of the residual stream in a sum over chips, and of a token on its way to an expert and back.</summary>
    private const double StreamBytes = 2;

    private const double ExpertWayBytes = 1.5;

    /// <summary>Links slower than this are the bus of the board, in bytes per second.</summary>
    private const double BusBytesPerSecond = 100e9;

    private readonly ModelArchitecture model;
    private readonly Deployment deployment;
    private readonly Workload workload;
    private readonly Efficiency efficiency;
    private readonly double chips;
    private readonly double nonExpertReadSeconds;
    private readonly double expertReadSeconds; // of all experts once
    private readonly double expertTileSeconds; // of all experts once
    private readonly double productSecondsPerToken;
    private readonly double headSecondsPerToken;
    private readonly double linkSecondsPerToken;
    private readonly double collectiveSeconds;
    private readonly double kvSecondsPerContextToken; // per sequence and token looked back at, in layers without a window
    private readonly double latentSecondsPerContextToken;
    private readonly double attentionSecondsPerPair; // per prompt token and token before it, in layers without a window
    private readonly double verified; // tokens of a sequence that go through the model in one step
    private readonly double yield; // tokens that a sequence gains by it

    public StepTimes(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        (this.model, this.deployment, this.workload, this.efficiency) = (model, deployment, workload, efficiency);
        var (p, chip, precision) = (deployment.Parallelism, deployment.Accelerator, deployment.Precision);
        chips = p.Accelerators;
        Bandwidth = chip.MemoryBytesPerSecond;
        var (nonExpertBytes, expertBytes) = FitInMemory.WeightBytes(model, precision);
        nonExpertReadSeconds = nonExpertBytes / p.Tensor / (Bandwidth * efficiency.WeightReads);
        var spread = p.Data > 1 && model.IsMixtureOfExperts ? efficiency.SpreadExperts : 1;
        expertReadSeconds = expertBytes / (chips * Bandwidth * efficiency.WeightReads) * spread;
        WeightBytesPerStep = nonExpertBytes * p.Data;
        ExpertBytes = expertBytes;

        var clock = deployment.PowerCapWatts is { } cap && cap < chip.PowerWatts ? PowerDraw.ClockUnder(cap, chip.PowerWatts) : 1;
        var products = new Products(chip, precision, efficiency, clock);
        var head = (double)model.Vocabulary * model.Hidden;
        var activeExperts = model.IsMixtureOfExperts ? model.ExpertParameters * model.ExpertsPerToken / model.RoutedExperts : 0;
        var linear = Math.Max(0, model.ActiveParameters - activeExperts - head);
        var dense = products.Of(model.NonExpertBytesAtLeast) * Wide((model.IsMixtureOfExperts ? model.Hidden : model.Intermediate) / (double)p.Tensor, efficiency.HalfwayColumns);
        var expert = products.Of(0) * efficiency.Experts * Wide(model.Intermediate / ExpertSplit(model, p), efficiency.HalfwayExpertColumns);
        productSecondsPerToken =
            2 * linear / (chips * dense) + (activeExperts > 0 ? 2 * activeExperts / (chips * expert) * spread : 0)
            + (model.Layers * (double)model.Hidden * efficiency.ActivationBytes
                + (double)model.ExpertLayers * model.ExpertsPerToken * (model.Hidden + (double)model.Intermediate / p.Tensor) * efficiency.DispatchBytes)
            / (Bandwidth * p.Data * p.Pipeline);
        expertTileSeconds = activeExperts > 0 ? 2 * activeExperts / model.ExpertsPerToken * model.RoutedExperts * efficiency.ExpertTileRows / (chips * expert) : 0;
        headSecondsPerToken = 2 * head / (chips * products.Sixteen);
        FlopsPerToken = 2 * model.ActiveParameters;
        PeakFlops = chips * products.Peak;

        (linkSecondsPerToken, collectiveSeconds) = Links(model, p, chip, efficiency);
        kvSecondsPerContextToken = FitInMemory.KvBytesPerToken(model, precision) * FitInMemory.KvReplicas(model, p) / (chips * Bandwidth * efficiency.KvReads);
        var sixteen = chips * chip.Compute("fp16").Flops * clock;
        latentSecondsPerContextToken = model.HasLatentAttention ? model.Layers * (double)model.Heads * 2 * LatentProducts / (sixteen * efficiency.LatentAttention) : 0;
        attentionSecondsPerPair = 4.0 * model.Layers * model.Heads * (model.HasLatentAttention ? LatentPrefillHead : model.HeadDim) / (sixteen * efficiency.Attention);
        verified = deployment.Speculation is { } guessed ? guessed.Tokens + 1 : 1;
        yield = deployment.Speculation?.TokensPerStep ?? 1;
    }

    /// <summary>Of one chip, in bytes per second.</summary>
    public double Bandwidth { get; }

    /// <summary>Bytes of weights that every step reads on all chips of a copy: without experts.</summary>
    public double WeightBytesPerStep { get; }

    public double ExpertBytes { get; }

    public double FlopsPerToken { get; }

    /// <summary>Of a copy.</summary>
    public double PeakFlops { get; }

    private double Uncached => workload.PromptTokens * (1 - workload.CachedPrefixShare);

    private double Cached => workload.PromptTokens * workload.CachedPrefixShare;

    /// <summary>Of one step that yields one token per running sequence, without prompts.</summary>
    public TimeSplit Decode(double running)
    {
        var once = Pass(running, verified);
        if (deployment.Speculation is { } guessed) once = (once + Pass(running, 1) * (guessed.Tokens * guessed.DraftCost)) * (1 / yield);
        return once * (StaticShare / efficiency.Scale);
    }

    /// <summary>Of one request's prompt, beside the decoding of as many sequences.</summary>
    public TimeSplit Prefill(double running)
    {
        var tokens = Uncached;
        var context = (workload.PromptTokens + Cached) / 2;
        var (steps, perStep) = PromptSteps(running);
        var own = deployment.ChunkedPrefill ? 0 : 1;
        var reads = steps * (expertReadSeconds * NewExperts(running, perStep) + own * nonExpertReadSeconds);
        var split = new TimeSplit(
            reads, LookedBack(Cached) * kvSecondsPerContextToken,
            tokens * productSecondsPerToken + steps * expertTileSeconds * NewExperts(running, perStep),
            tokens * LookedBack(context) * attentionSecondsPerPair, tokens * linkSecondsPerToken,
            steps * own * LaunchSeconds);
        return split * (1 / efficiency.Scale);
    }

    /// <summary>A step with its part of the prompts, in seconds.</summary>
    public double Seconds(double running) => Decode(running).Total + running / workload.OutputTokens * Prefill(running).Total;

    /// <summary>Share of the experts' weights that a step reads.</summary>
    public double ExpertsRead(double tokens) => model.IsMixtureOfExperts
        ? 1 - Math.Pow(1 - (double)model.ExpertsPerToken / model.RoutedExperts, Math.Max(1, tokens / deployment.Parallelism.Pipeline))
        : 0;

    /// <summary>Seconds that one more token of context costs an answer token, and a prompt token.</summary>
    public (double Output, double Input) ContextSlopes()
    {
        var context = workload.PromptTokens + workload.OutputTokens / 2;
        var decode = Growing(context) * kvSecondsPerContextToken + latentSecondsPerContextToken * verified;
        return (decode / yield * StaticShare / efficiency.Scale, Growing((workload.PromptTokens + Cached) / 2) * attentionSecondsPerPair / efficiency.Scale);
    }

    /// <summary>Seconds that a cached prompt token costs: its keys and values are read once.</summary>
    public double CachedSeconds => (Cached > 0 ? LookedBack(Cached) / Cached : 1) * kvSecondsPerContextToken / efficiency.Scale;

    private double LaunchSeconds => efficiency.LayerSeconds * model.Layers + efficiency.ExpertLayerSeconds * model.ExpertLayers;

    /// <summary>A static batch ends with its longest answer; places of shorter ones wait.</summary>
    private double StaticShare => deployment.Batching == Batching.Static && deployment.LongestSequence > workload.PromptTokens + workload.OutputTokens
        ? (deployment.LongestSequence - workload.PromptTokens) / workload.OutputTokens
        : 1;

    private TimeSplit Pass(double running, double tokensEach)
    {
        var tokens = running * tokensEach;
        var context = workload.PromptTokens + workload.OutputTokens / 2;
        var pipeline = deployment.Parallelism.Pipeline;
        var used = ExpertsRead(tokens) * pipeline;
        return new TimeSplit(
            nonExpertReadSeconds + used * expertReadSeconds,
            running * LookedBack(context) * kvSecondsPerContextToken,
            tokens * (productSecondsPerToken + headSecondsPerToken) + used * expertTileSeconds,
            tokens * context * latentSecondsPerContextToken,
            collectiveSeconds + tokens * linkSecondsPerToken,
            LaunchSeconds + efficiency.SequenceSeconds * running / deployment.Parallelism.Data);
    }

    /// <summary>How many steps read a part of one request's prompt, and how many prompt tokens such a step has.</summary>
    private (double Steps, double Tokens) PromptSteps(double running)
    {
        var perStep = running / workload.OutputTokens; // requests that end, and begin, in a step
        var tokens = Uncached;
        if (tokens <= 0) return (0, 0);
        var share = Math.Min(1, perStep * Math.Max(1, tokens / ChunkTokens)); // of steps that read prompts
        return (share / perStep, perStep * tokens / share);
    }

    private double NewExperts(double running, double promptTokens) => ExpertsRead(running * verified + promptTokens) - ExpertsRead(running * verified);

    /// <summary>Tokens that a layer looks back at, on average over layers with and without a window.</summary>
    private double LookedBack(double tokens) => (1 - model.WindowShare) * tokens + model.WindowShare * Math.Min(tokens, model.WindowTokens);

    /// <summary>The share of layers in which one more token of context is looked at.</summary>
    private double Growing(double context) => context < model.WindowTokens ? 1 : 1 - model.WindowShare;

    private static double Wide(double columns, double halfway) => columns / (columns + halfway);

    private static double ExpertSplit(ModelArchitecture model, Parallelism p) =>
        !model.IsMixtureOfExperts ? p.Tensor : p.Expert > 1 ? Math.Max(1, (double)p.Accelerators / p.Expert) : p.Tensor * p.Data;

    private static (double PerToken, double PerStep) Links(ModelArchitecture model, Parallelism p, Accelerator chip, Efficiency efficiency)
    {
        if (p is { Tensor: 1, Data: 1 }) return (0, 0);
        var link = Math.Max(chip.LinkBytesPerSecond, double.Epsilon) * efficiency.Links;
        var first = efficiency.CollectiveSeconds * (chip.LinkBytesPerSecond < BusBytesPerSecond ? efficiency.BusCollectives : 1);
        var share = 1.0 / (p.Data * p.Pipeline);
        var (perToken, perStep) = (0.0, 0.0);
        if (p.Tensor > 1)
        {
            perToken += 2.0 * model.Layers * 2 * (p.Tensor - 1) / p.Tensor * share * model.Hidden * StreamBytes / link;
            perStep += model.CollectivesPerLayer * model.Layers * first * (1 + Math.Log2(p.Tensor)) / 2;
        }

        if (p.Data > 1)
        {
            perToken += 2.0 * model.ExpertLayers * share * Math.Min(model.ExpertsPerToken, p.Data) * model.Hidden * ExpertWayBytes / link;
            perStep += 2.0 * model.ExpertLayers * first * (1 + Math.Log2(p.Data)) / 2;
        }

        return (perToken, perStep);
    }

    /// <summary>Arithmetic that a chip really reaches, in operations per second.</summary>
    private readonly struct Products
    {
        private readonly Accelerator chip;
        private readonly Precision precision;
        private readonly Efficiency efficiency;
        private readonly double clock;

        public Products(Accelerator chip, Precision precision, Efficiency efficiency, double clock)
        {
            (this.chip, this.precision, this.efficiency, this.clock) = (chip, precision, efficiency, clock);
            Peak = chip.Compute(precision.Activations.ComputesAs ?? "fp16").Flops;
            Sixteen = chip.Compute("fp16").Flops * efficiency.Flops16 * clock;
        }

        public double Peak { get; }

        public double Sixteen { get; }

        /// <param name="bytesAtLeast">Bytes per number below which these weights are not quantised.</param>
        public double Of(double bytesAtLeast)
        {
            var wanted = precision.Activations.ComputesAs ?? "fp16";
            if (bytesAtLeast >= 2) wanted = "fp16";
            else if (bytesAtLeast >= 1 && wanted == "fp4") wanted = "fp8";
            var (arithmetic, flops) = chip.Compute(wanted);
            var share = arithmetic switch { "fp4" => efficiency.Flops4, "fp8" or "int8" => efficiency.Flops8, _ => efficiency.Flops16 };
            var widens = arithmetic == "fp16" && Math.Max(precision.Weights.Bytes, bytesAtLeast) < NumberFormat.Fp16.Bytes;
            return flops * share * clock * (widens ? efficiency.Widening : 1);
        }
    }
}
