using Npgsql;

namespace FinOps.Platform.Storage;

internal static class BatchedCommands
{
    /// <summary>Adds them in their order.</summary>
    public static void Add(this NpgsqlBatch batch, IEnumerable<NpgsqlBatchCommand> commands)
    {
        foreach (var command in commands) batch.BatchCommands.Add(command);
    }
}
