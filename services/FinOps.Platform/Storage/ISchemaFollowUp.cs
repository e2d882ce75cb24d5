namespace FinOps.Platform.Storage;

/// <summary>What a schema script leaves to do that only code can do. It is part of applying the schema: nothing serves while it is due.</summary>
public interface ISchemaFollowUp
{
    Task<bool> IsDueAsync(CancellationToken cancellation);

    /// <summary>Does what is due. Stopped or killed, it goes on when it is called again.</summary>
    Task RunAsync(CancellationToken cancellation);
}
