namespace FinOps.Platform.Storage;

/// <summary>What the server says to a connection of ours, so with the settings of our role and database.</summary>
public sealed record ServerSettings(string Fsync, string SynchronousCommit, string FullPageWrites, bool IsInRecovery);

/// <summary>An acknowledged record is on disk: a server that acknowledges before that is refused.</summary>
public static class DurabilityRules
{
    /// <returns>Each setting that breaks the promise, with what to do; empty where the server keeps it.</returns>
    public static IReadOnlyList<string> Flaws(ServerSettings server)
    {
        var flaws = new List<string>();
        if (server.Fsync != "on")
        {
            flaws.Add(
                $"fsync is {server.Fsync}: a crash of the machine may lose or damage what was acknowledged. "
                + "Set fsync = on in postgresql.conf and restart the server.");
        }

        // `local`, `remote_write` and `remote_apply` all wait for this server's own disk.
        if (server.SynchronousCommit == "off")
        {
            flaws.Add(
                "synchronous_commit is off: a commit is answered before it is on disk. Set synchronous_commit = on, and look for another value "
                + "with `select * from pg_db_role_setting`: `alter database … reset synchronous_commit`, `alter role … reset synchronous_commit`.");
        }

        if (server.FullPageWrites != "on")
        {
            flaws.Add(
                $"full_page_writes is {server.FullPageWrites}: a crash in the middle of a page's write damages it beyond repair. "
                + "Set full_page_writes = on in postgresql.conf and reload the server.");
        }

        if (server.IsInRecovery)
        {
            flaws.Add(
                "pg_is_in_recovery is true: the server is a replica and cannot be written. Name the primary in ConnectionStrings__postgres, "
                + "with several hosts add Target Session Attributes=primary.");
        }

        return flaws;
    }
}
