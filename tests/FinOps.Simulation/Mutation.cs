namespace FinOps.Simulation;

/// <summary>A defect put in on purpose: a simulation that does not find it proves nothing.</summary>
internal enum Mutation
{
    None,

    /// <summary>Every record that reaches the books counts.</summary>
    NoDedupe,

    /// <summary>A meter may write whatever it believes of its streams.</summary>
    NoVersionCheck,

    /// <summary>The same of commits that look at nothing before.</summary>
    NoVersionCheckUnseen,

    /// <summary>A commit that looks at nothing before takes every record for new.</summary>
    NoDedupeUnseen,

    /// <summary>A stream that was not there when the locks were taken is appended to all the same when it is there now.</summary>
    AppendToWhateverIsThere,

    /// <summary>The verdict is told while the commit is still to come.</summary>
    AnswerBeforeCommit,

    /// <summary>Of the records that came to the door together one is told what became of another.</summary>
    AnswersMixedUpAtTheDoor,

    KeyWithoutTenant,

    KeyWithoutSource,

    /// <summary>Two records that differ in the model only are one content.</summary>
    ContentWithoutModel,

    /// <summary>Keys stay claimed when the transaction fails.</summary>
    KeysOutsideTransaction,

    /// <summary>Buckets are written after the commit.</summary>
    BucketsAfterCommit,

    /// <summary>A record's tags, its service tier among them, make no difference to its bucket.</summary>
    BucketsWithoutTags,

    /// <summary>Records of one identity in one batch go to their meters at the same time.</summary>
    OneRound,

    /// <summary>The record time is when the batch was first sent, however late the commit.</summary>
    RecordTimeOfSending,

    /// <summary>Nothing stops a second alert of one crossing.</summary>
    AlertsNotUnique,

    /// <summary>Budgets are looked at only when told.</summary>
    NoBudgetSweep,
}
