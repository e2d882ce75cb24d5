using Marten.Exceptions;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>Two writers began the same stream at once, or counted the same identity at once: one of them lost, looks again, and tries again.</summary>
internal static class CommitRace
{
    public static bool IsLost(Exception failure) =>
        failure is ExistingStreamIdCollisionException
        || (failure as PostgresException ?? failure.InnerException as PostgresException) is
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            TableName: "mt_streams" or "usage_key",
        };
}
