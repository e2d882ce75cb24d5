namespace FinOps.Platform.Hosting;

/// <summary>Every queue, batch, page and retry of the platform has its limit here, with the reason for its size.</summary>
public static class Limits
{
    /// <summary>Ledger lanes of a silo. Two commits in flight keep a two-core database busy; more only wait for each other's disk flush.</summary>
    public const int LedgerLanes = 2;

    /// <summary>Records of one commit: enough to spread the cost of a flush thin, small enough that a commit takes tens of milliseconds.</summary>
    public const int RecordsPerCommit = 5_000;

    /// <summary>Records that wait in one lane. Beyond it callers wait, HTTP answers 503, and the broker keeps its messages.</summary>
    public const int RecordsWaitingPerLane = 50_000;

    /// <summary>Unacknowledged messages per consumer: at least 2 × lanes × records per commit ÷ records per message (100), or commits stay small.</summary>
    public const ushort BrokerPrefetch = 256;

    /// <summary>Deliveries of one message before the broker gives it to the dead letters: it may have killed the process each time.</summary>
    public const int BrokerDeliveries = 5;

    /// <summary>Bytes of one HTTP body or broker message, decompressed.</summary>
    public const int MessageBytes = 16 * 1024 * 1024;

    /// <summary>Live records older than this are quarantined; a named backfill may be of any age.</summary>
    public static readonly TimeSpan AcceptanceWindowBack = TimeSpan.FromDays(35);

    /// <summary>Live records further ahead of our clock than this are quarantined.</summary>
    public static readonly TimeSpan AcceptanceWindowAhead = TimeSpan.FromMinutes(5);

    /// <summary>Rows of one page of a GraphQL connection.</summary>
    public const int PageSize = 1_000;

    /// <summary>Rows of one page when the query does not say.</summary>
    public const int PageSizeDefault = 100;

    /// <summary>Days of one report's window: ten years.</summary>
    public const int WindowDays = 3_660;

    /// <summary>Rows of one report; beyond it the query is asked to group coarser or to narrow its window.</summary>
    public const int ReportRows = 200_000;

    /// <summary>Hangfire workers of a process: deliveries mostly wait for a receiver.</summary>
    public const int JobWorkers = 8;

    /// <summary>Seconds that a database command may take before it counts as failed.</summary>
    public const int CommandTimeoutSeconds = 60;

    /// <summary>Bytes of one GraphQL body: room for a long price list in variables.</summary>
    public const int GraphBodyBytes = 1024 * 1024;

    /// <summary>Nested nodes of a GraphQL document before the parser gives up: the standard introspection query takes 50, a stack takes thousands.</summary>
    public const int GraphParserDepth = 100;

    /// <summary>Nested values of a request's JSON; our deepest input takes six.</summary>
    public const int GraphVariableDepth = 32;

    /// <summary>Nested levels of fields; the standard introspection query takes 13.</summary>
    public const int GraphDepth = 20;

    /// <summary>Fields of a document with its fragments unfolded. Checking that fields do not clash takes the square of it.</summary>
    public const int GraphFields = 2_048;

    /// <summary>Aliases of a document: each lets the same costly field run once more. A dashboard's page takes a dozen.</summary>
    public const int GraphAliases = 64;

    /// <summary>Directives of a document; nobody needs many, and each is checked at its place.</summary>
    public const int GraphDirectives = 64;

    /// <summary>Operations and fragments of a document; fragments that name each other are followed one inside the other.</summary>
    public const int GraphDefinitions = 64;

    /// <summary>Characters that a list shows of a refused record, and bytes of a dead letter: a page must not weigh gigabytes.</summary>
    public const int ShownOfRecord = 16 * 1024;
}
