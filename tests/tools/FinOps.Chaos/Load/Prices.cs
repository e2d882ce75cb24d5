namespace FinOps.Chaos.Load;

/// <summary>USD per token of a model from an instant on.</summary>
internal sealed record Price(string Model, DateTimeOffset From, decimal Input, decimal Output)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The price table of the recorded traces' answer files, then that of generated records.</summary>
    public static readonly IReadOnlyList<Price> All =
    [
        new("m-large", Start, 0.0000016m, 0.0000064m),
        new("m-mid", Start, 0.0000004m, 0.0000012m),
        new("m-mid", new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero), 0.0000002m, 0.0000006m),
        new("m-small", Start, 0.00000005m, 0.0000002m),
        new("deepseek-r1", Start, 0.00000028m, 0.00000042m),
        new("mm-image", Start, 0.0000008m, 0.000002m),
        .. Enumerable.Range(0, 5).Select(m => new Price($"m-{m}", Start, 0.0000003m * (m + 1), 0.0000011m * (m + 1))),
    ];

    /// <summary>What a record costs its tenant.</summary>
    public static decimal Charge(string model, DateTimeOffset at, long input, long output)
    {
        var price = All.Where(p => p.Model == model && p.From <= at).MaxBy(p => p.From)
            ?? throw new InvalidOperationException($"Model {model} has no price.");
        return input * price.Input + output * price.Output;
    }
}
