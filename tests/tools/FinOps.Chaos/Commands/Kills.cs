using System.CommandLine;
using FinOps.Chaos.Platform;
using FinOps.Chaos.Runs;

namespace FinOps.Chaos.Commands;

/// <summary>T1 by hand.</summary>
internal static class Kills
{
    private static readonly KillPlan Defaults = new();
    private static readonly Option<int> Records = Number("--records", "Unique records: all of servegen_events where it is there, else generated.", Defaults.Records);
    private static readonly Option<int> Duplicates = Number("--duplicates", "Records that are sent once more.", Defaults.Duplicates);
    private static readonly Option<int> Silo = Number("--silo-kills", "Kills of the silo.", Defaults.SiloKills);
    private static readonly Option<int> Ingest = Number("--ingest-kills", "Kills of the consumer.", Defaults.IngestKills);
    private static readonly Option<int> Broker = Number("--broker-kills", "Kills of RabbitMQ.", Defaults.BrokerKills);
    private static readonly Option<int> Database = Number("--database-kills", "Kills of PostgreSQL.", Defaults.DatabaseKills);
    private static readonly Option<int> Seed = Number("--seed", "Decides doors, duplicates and the moments of the kills.", Defaults.Seed);

    public static Command Command()
    {
        var command = new Command("kills", "T1: kill -9 of silo, consumer, broker and database while records and duplicates flow; 0 lost, 0 double.")
        {
            Records, Duplicates, Silo, Ingest, Broker, Database, Seed,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var plan = new KillPlan
            {
                Records = parsed.GetValue(Records),
                Duplicates = parsed.GetValue(Duplicates),
                SiloKills = parsed.GetValue(Silo),
                IngestKills = parsed.GetValue(Ingest),
                BrokerKills = parsed.GetValue(Broker),
                DatabaseKills = parsed.GetValue(Database),
                Seed = parsed.GetValue(Seed),
            };
            await using var roles = await SingleRoles.StartAsync(Answer.Home, stop: stop);
            var result = await new KillRun(plan, Console.Error).RunAsync(roles, stop);
            return Answer.Print(result, result.IsExact);
        });
        return command;
    }

    internal static Option<int> Number(string name, string description, int standard) =>
        new(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => standard };
}
