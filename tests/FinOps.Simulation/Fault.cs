namespace FinOps.Simulation;

/// <summary>What can go wrong. Each kind is counted, and a test requires that each occurs.</summary>
internal enum Fault
{
    // Processes. What dies loses its memory.
    HostKilled,
    HostKilledInTransaction,
    HostKilledDuringCommit,
    HostKilledAfterCommit,
    HostKilledBeforeReceipt,
    HostKilledBeforeAcknowledgement,
    PoisonMessage,

    // The database.
    DatabaseKilled,
    DatabaseAway,
    StatementFailed,
    CommitAnswerLost,
    StreamCreatedTwice,
    IdentityCountedTwice,
    BetOnAnOldVersion,
    BetOnAKnownRecord,

    // The broker and the ways to it.
    BrokerKilled,
    ConnectionDropped,
    PublishLost,
    ConfirmLost,
    DeliveredTwice,
    Redelivered,
    Reordered,
    DeliveryLimitReached,
    RetriesExhausted,
    ReceiptLost,
    RequestLost,
    ResponseLost,

    GatheredAtTheDoor,

    // Grains.
    CallLost,
    AnswerLost,
    AnswerTooLate,
    TwoActivations,
    StaleFlush,
    UnreadFlush,
    LeftToAnotherLane,
    MeterOverloaded,
    GrainDeactivated,

    // Budgets.
    NudgeLost,
    StaleBudget,

    // What sources do.
    BatchResent,
    DuplicateRecord,
    ConflictingRecord,
    ConflictAcrossMeters,
    SameIdentityInOneBatch,
    IdOfAnotherTenant,
    IdOfAnotherSource,
    LateRecord,
    TooOldRecord,
    SkewedAhead,
    MalformedRecord,
    NamedBackfill,
    TooOldThenBackfilled,
    DeadLetterReplayed,
}
