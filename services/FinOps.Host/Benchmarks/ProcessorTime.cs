using System.Globalization;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>The processor time of the parties of a measurement, by process and as the kernel counts it: what a neighbour takes is not in it.</summary>
/// <param name="database">Of the server whose processes count; it runs on this machine.</param>
internal sealed class ProcessorTime(NpgsqlDataSource database)
{
    // The kernel tells ticks of a hundredth of a second.
    private const double MicrosecondsPerTick = 10_000;

    /// <param name="host">The process that serves.</param>
    /// <param name="action">What is measured.</param>
    /// <returns>Microseconds that it took of this process, of the host, and of the database's server.</returns>
    public async Task<Spent> OfAsync(int host, Func<Task> action)
    {
        var server = (await ServerAsync()).ToDictionary(p => p, Ticks);
        var (own, served) = (Environment.CpuUsage.TotalTime, Ticks(host));
        await action();
        var (ownAfter, servedAfter) = (Environment.CpuUsage.TotalTime, Ticks(host));
        var stored = (await ServerAsync()).Sum(p => Ticks(p) - server.GetValueOrDefault(p));
        return new Spent((ownAfter - own).TotalMicroseconds, (servedAfter - served) * MicrosecondsPerTick, stored * MicrosecondsPerTick);
    }

    private async Task<List<int>> ServerAsync()
    {
        await using var command = database.CreateCommand("select pid from pg_stat_activity");
        await using var reader = await command.ExecuteReaderAsync();
        var processes = new List<int>();
        while (await reader.ReadAsync()) processes.Add(reader.GetInt32(0));
        return processes;
    }

    /// <returns>User and system time of all its threads; 0 where it is gone.</returns>
    private static long Ticks(int process)
    {
        var file = $"/proc/{process}/stat";
        if (!File.Exists(file)) return 0;
        // The name before them is in brackets and may hold spaces.
        var fields = File.ReadAllText(file).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>Microseconds of processor time.</summary>
    public readonly record struct Spent(double Clients, double Host, double Database)
    {
        public string A(string what, int count) => string.Create(
            CultureInfo.InvariantCulture, $"{(Clients + Host + Database) / count:0} µs {what} (clients {Clients / count:0}, host {Host / count:0}, database {Database / count:0})");
    }
}
