namespace FinOps.Simulation;

/// <summary>The platform's limits, made small: queues must run full and limits be reached within a thousand records.</summary>
internal static class Sizes
{
    public const int Hosts = 3;
    public const int Lanes = 2;
    public const int RecordsPerCommit = 40;
    public const int RecordsWaitingPerMeter = 25;
    public const int StaleMeterAttempts = 5;
    public const int CommitRacesLost = 5;
    public const int Prefetch = 8;
    public const int Deliveries = 4;
    public const int ConsumerRetries = 8;
    public const int BudgetTurns = 5;
    public const int BatchesUnderWayPerSource = 3;

    /// <summary>Tries of a source with a batch that kills its reader.</summary>
    public const int TriesWithPoison = 2;

    public static readonly TimeSpan WindowBack = TimeSpan.FromDays(35);
    public static readonly TimeSpan WindowAhead = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DoorwayPatience = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan BudgetSweep = TimeSpan.FromMinutes(10);

    /// <summary>The longest that a transaction may be under way, and hosts' clocks differ: later, an hour of record time has its final sums.</summary>
    public static readonly TimeSpan HourSettles = TimeSpan.FromMinutes(15);
}
