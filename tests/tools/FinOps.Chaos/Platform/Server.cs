namespace FinOps.Chaos.Platform;

/// <summary>A server that a run may kill.</summary>
internal enum Server
{
    Postgres,
    RabbitMq,
}
