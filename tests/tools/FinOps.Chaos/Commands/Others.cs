using System.CommandLine;
using FinOps.Chaos.Load;
using FinOps.Chaos.Platform;
using FinOps.Chaos.Runs;

namespace FinOps.Chaos.Commands;

/// <summary>The faults beside the kills of T1.</summary>
internal static class Others
{
    public static Command Acks()
    {
        var rounds = Kills.Number("--rounds", "Kills of PostgreSQL.", 200);
        var perRound = Kills.Number("--per-round", "Acknowledgements between two kills.", 1_000);
        var seed = Kills.Number("--seed", "Decides the moments of the kills.", 1);
        return Of("acks", "T6: PostgreSQL is killed in the middle of acknowledgements; every acknowledged record is there.", 1, [rounds, perRound, seed],
            async (parsed, roles, stop) =>
            {
                var run = new AckRun(parsed.GetValue(rounds), parsed.GetValue(perRound), parsed.GetValue(seed), Console.Error);
                var result = await run.RunAsync(roles, stop);
                return Answer.Print(result, result.IsExact);
            });
    }

    public static Command Outage()
    {
        var seconds = Kills.Number("--seconds", "How long the database is away.", 600);
        var rate = Kills.Number("--rate", "Records a second that keep coming.", 1_000);
        return Of("outage", "T26: the database is away; HTTP says 503 with Retry-After, memory stays flat, all that was accepted is there.", 1, [seconds, rate],
            async (parsed, roles, stop) =>
            {
                var run = new OutageRun(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), Console.Error);
                var result = await run.RunAsync(roles, stop);
                return Answer.Print(result, result.IsExact);
            });
    }

    public static Command Shuffle()
    {
        var seeds = Kills.Number("--seeds", "Orders, by the seeds 1 to N.", 20);
        var oneOf = Kills.Number("--one-of", "Takes the deliveries of one identity in N.", 1);
        return Of("shuffle", "T2: servegen_deliveries in shuffled orders; the first arrival of each identity wins.", 1, [seeds, oneOf],
            async (parsed, roles, stop) =>
            {
                var deliveries = Deliveries.Read(parsed.GetValue(oneOf)) ?? throw new InvalidOperationException("The recorded traces are not there.");
                var failed = 0;
                for (var seed = 1; seed <= parsed.GetValue(seeds); seed++)
                {
                    var result = await ShuffleRun.RunAsync(
                        deliveries, seed, roles.Bus, (query, variables) => roles.Platform.AskAsync(roles.Api, query, variables), stop);
                    failed += Answer.Print(result, result.IsExact);
                }

                return failed == 0 ? 0 : 1;
            });
    }

    public static Command Freeze()
    {
        var rounds = Kills.Number("--rounds", "How often a silo is frozen.", 30);
        var seconds = Kills.Number("--seconds", "How long: its neighbours give it up after about ten.", 90);
        return Silos("freeze", "T16: a silo is frozen, taken for dead, and wakes among its successors.", [rounds, seconds], rounds,
            parsed => SiloRun.Freeze(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
    }

    public static Command Roll()
    {
        var rounds = Kills.Number("--rounds", "How often all silos are restarted in turn.", 3);
        return Silos("roll", "T17: three silos end and start again, one after the other, under load.", [rounds], rounds, _ => SiloRun.RollAsync);
    }

    public static Command Blackout()
    {
        var rounds = Kills.Number("--rounds", "How often all silos are killed.", 3);
        return Silos("blackout", "T17: three silos are killed in the same moment, under load.", [rounds], rounds, _ => SiloRun.KillAllAsync);
    }

    private static Command Silos(
        string name, string description, Option<int>[] options, Option<int> rounds,
        Func<ParseResult, Func<SingleRoles, int, CancellationToken, Task>> fault)
    {
        var records = Kills.Number("--records", "Unique records.", 300_000);
        return Of(name, description, 3, [.. options, records], async (parsed, roles, stop) =>
        {
            var run = new SiloRun(name, parsed.GetValue(records), parsed.GetValue(rounds), Console.Error);
            var result = await run.RunAsync(roles, fault(parsed), stop);
            return Answer.Print(result, result.IsExact);
        });
    }

    private static Command Of(
        string name, string description, int silos, IEnumerable<Option> options, Func<ParseResult, SingleRoles, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var option in options) command.Add(option);
        command.SetAction(async (parsed, stop) =>
        {
            await using var roles = await SingleRoles.StartAsync(Answer.Home, silos, stop);
            return await run(parsed, roles, stop);
        });
        return command;
    }
}
