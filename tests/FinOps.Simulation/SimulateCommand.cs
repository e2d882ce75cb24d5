using System.Diagnostics;
using System.Globalization;

namespace FinOps.Simulation;

/// <summary><c>simulate [--seeds N] [--from S] [--records M]</c>: seeds one after the other, until one fails or all have held.</summary>
internal static class SimulateCommand
{
    private const int RecordsUnlessTold = 1_000;

    private const int ViolationsShown = 10;

    public static int Run(string[] arguments)
    {
        var (seeds, from, records) = (1_000, 1, RecordsUnlessTold);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var text = i + 1 < arguments.Length ? arguments[i + 1] : "";
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return Usage();
            switch (arguments[i])
            {
                case "--seeds":
                    seeds = value;
                    break;
                case "--from":
                    from = value;
                    break;
                case "--records":
                    records = value;
                    break;
                default:
                    return Usage();
            }
        }

        return RunSeeds(seeds, from, records);
    }

    /// <summary>What broke, and how to see it again.</summary>
    public static string Explain(Outcome outcome) =>
        $"""
        seed {outcome.Seed} breaks what must hold:
          {string.Join("\n  ", outcome.Violations.Take(ViolationsShown))}
        again with:
        infra/simulate --from {outcome.Seed} --seeds 1{(outcome.Records == RecordsUnlessTold ? "" : $" --records {outcome.Records}")}
        """;

    private static int RunSeeds(int seeds, int from, int records)
    {
        var clock = Stopwatch.StartNew();
        var summary = new Summary();
        var said = TimeSpan.Zero;
        for (var seed = from; seed < from + seeds; seed++)
        {
            var outcome = Simulation.Run(seed, records);
            summary.Add(outcome);
            if (!outcome.Holds)
            {
                Console.Error.WriteLine(Explain(outcome));
                return 1;
            }

            if (clock.Elapsed - said < TimeSpan.FromSeconds(5)) continue;
            said = clock.Elapsed;
            Console.Error.WriteLine($"{seed - from + 1} of {seeds} seeds hold, {(seed - from + 1) / said.TotalSeconds:0} a second");
        }

        Console.WriteLine(summary.Json(from, records, clock.Elapsed));
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: infra/simulate [--seeds N] [--from S] [--records M]");
        return 2;
    }
}
