using Marten.Exceptions;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>Two writers began the same stream at once, a meter and a correction or two activations: one of them lost, and tries again.</summary>
internal static class StreamRace
{
    public static bool IsLost(Exception failure) =>
        failure is ExistingStreamIdCollisionException
        || (failure as PostgresException ?? failure.InnerException as PostgresException) is
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            TableName: "mt_streams",
        };
}
