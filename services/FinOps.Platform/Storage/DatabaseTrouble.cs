using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>Tells a database that is away for a while from a statement that is wrong.</summary>
internal static class DatabaseTrouble
{
    /// <summary>Whether trying again may help. Marten wraps what the driver throws, so causes are looked at, too.</summary>
    public static bool Passes(this Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            // Nobody cancels statements but a time-out, which the driver does not call transient.
            if (cause is TimeoutException or NpgsqlException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
                return true;
        }

        return false;
    }
}
