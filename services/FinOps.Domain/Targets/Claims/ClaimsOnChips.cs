using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What one chip is said to do that another does not.</summary>
internal static class ClaimsOnChips
{
    private const double Giga = 1e9;
    private const double Tera = 1e12;

    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [4] = c =>
        [
            new("accelerators", "H200", c.Estimate("8-bit on H200").Estimate.Accelerators),
            new("sequences on it in 8 bits", "sequences", c.Sequences("8-bit on H200")),
            new("sequences on it in 16 bits", "sequences", c.Sequences("16-bit on one H200")),
            new("sequences on one H100 in 8 bits", "sequences", c.Sequences("8-bit on one H100")),
        ],
        [7] = c =>
        [
            new("gain", "ratio", c.OutputPerSecond("405B on GB200") / c.OutputPerSecond("405B on H100")),
            new("gain with DeepSeek-R1 over H200", "ratio", c.OutputPerSecond("R1 on GB200") / c.OutputPerSecond("R1 on H200")),
            new("gain with 405B in a GB300 rack", "ratio", c.OutputPerSecond("405B on GB300") / c.OutputPerSecond("405B on H100")),
        ],
        [12] = c =>
        [
            new("performance", "ratio", c.OutputPerSecond("H100 in 8 bits") / c.OutputPerSecond("A100 in 16 bits")),
            new("cost per token", ClaimPoint.Saving, 1 - c.Given("costRatio") * c.OutputPerSecond("A100 in 16 bits") / c.OutputPerSecond("H100 in 8 bits")),
            new("performance with 16 bits on both", "ratio", c.OutputPerSecond("H100 in 16 bits") / c.OutputPerSecond("A100 in 16 bits")),
            new("price of an hour over an A100's, in the price book", "ratio", OnDemand(c, "H100-SXM-80GB") / OnDemand(c, "A100-SXM-80GB", "assumed")),
        ],
        [21] = c =>
        {
            var weights = c.WeightBytes("llama-3-70b", NumberFormat.Fp8);
            var (h, a) = (c.Chip("H100-SXM-80GB").MemoryBytesPerSecond, c.Chip("A100-SXM-80GB").MemoryBytesPerSecond);
            return
            [
                new("H100", "tokens/s", h / weights), new("A100", "tokens/s", a / weights), new("faster by", "share", h / a - 1),
                new("H100 in 4 bits, with nothing lost", "tokens/s", h / c.WeightBytes("llama-3-70b", NumberFormat.FourBitInteger)),
                new("H100 in 16 bits, where it does not fit", "tokens/s", h / c.WeightBytes("llama-3-70b", NumberFormat.Fp16)),
            ];
        },
        [22] = c => H200Saving(c),
        [23] = c =>
        {
            var chip = c.Chip("MI300X-192GB");
            var gain = c.OutputPerSecond("MI300X") / c.OutputPerSecond("H100");
            var own = Hour(c, "MI300X-192GB", PriceKind.OwnHyperscaler) / Hour(c, "H100-SXM-80GB", PriceKind.OwnHyperscaler);
            var rented = Hour(c, "MI300X-192GB", PriceKind.Rental) / Hour(c, "H100-SXM-80GB", PriceKind.Rental);
            var market = OnDemand(c, "MI300X-192GB", "second-tier clouds") / OnDemand(c, "H100-SXM-80GB");
            return
            [
                new("memory", "GB", chip.MemoryBytes / Giga), new("bandwidth", "TB/s", chip.MemoryBytesPerSecond / Tera),
                ClaimFigure.Over("price over an H100's", "ratio", own, rented, market),
                new("saving", ClaimPoint.Saving, 1 - c.Claimed("price over an H100's") / gain),
                new("throughput over an H100's", "ratio", gain),
                ClaimFigure.Over("saving by own cost and by rental", ClaimPoint.Saving, 1 - rented / gain, 1 - own / gain),
            ];
        },
        [24] = c =>
        {
            var chip = c.Chip("Gaudi3-128GB");
            return
            [
                new("memory", "GB", chip.MemoryBytes / Giga), new("bandwidth", "TB/s", chip.MemoryBytesPerSecond / Tera), new("power", "W", chip.PowerWatts),
                new("power of an H100", "W", c.Chip("H100-SXM-80GB").PowerWatts), new("power of the PCIe card", "W", c.Chip("Gaudi3-PCIe-128GB").PowerWatts),
            ];
        },
        [25] = c =>
        {
            var (small, usual) = (Cost("1B in 4 bits", "Graviton4"), Cost("8B in 4 bits", "Graviton4"));
            var gpu = Cost("8B on H100", "H100-SXM-80GB");
            return
            [
                ClaimFigure.Over("per million tokens", "USD", small, usual), new("against a GPU", "ratio", usual / gpu),
                new("per million tokens of the 8B model on H100", "USD", gpu),
                new("GPU utilisation below which the CPU is cheaper", "share", gpu / usual),
            ];

            double Cost(string deployment, string chip) =>
                OnDemand(c, chip) * ClaimCase.Million / (ClaimCase.SecondsPerHour * c.TokensPerSecond(deployment));
        },
    };

    private static IEnumerable<ClaimFigure> H200Saving(ClaimCase c)
    {
        var faster = c.OutputPerSecond("one H200") / c.OutputPerSecond("two H100");
        var own = Hour(c, "H200-SXM-141GB", PriceKind.OwnHyperscaler) / Hour(c, "H100-SXM-80GB", PriceKind.OwnHyperscaler);
        return
        [
            new("weights", "GB", c.WeightBytes("llama-3-70b", NumberFormat.Fp16) / Giga),
            ClaimFigure.Over("saving", ClaimPoint.Saving, Saving("h200Low", "h100Low"), Saving("h200High", "h100High")),
            new("output of one H200 over one of two H100", "ratio", faster),
            new("saving at what owners pay", ClaimPoint.Saving, 1 - own / faster),
        ];

        double Saving(string h200, string h100) => 1 - c.Given(h200) / c.Given(h100) / faster;
    }

    private static double Hour(ClaimCase c, string chip, PriceKind kind) => (double)c.Prices.AcceleratorHour(chip, kind).Amount;

    private static double OnDemand(ClaimCase c, string chip, string? provider = null) =>
        (double)c.Prices.AcceleratorHour(chip, PriceKind.OnDemand, provider).Amount;
}
