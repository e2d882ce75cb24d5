namespace FinOps.Chaos.Runs;

/// <summary>Whom to kill.</summary>
internal enum Victim
{
    Silo,
    Ingest,
    Broker,
    Database,
}

/// <summary>What a run with kills does.</summary>
internal sealed record KillPlan
{
    public int Records { get; init; } = Load.Workload.Week;

    /// <summary>Records that are sent once more.</summary>
    public int Duplicates { get; init; } = 105_000;

    public int SiloKills { get; init; } = 20;

    public int IngestKills { get; init; } = 20;

    public int BrokerKills { get; init; } = 5;

    public int DatabaseKills { get; init; } = 5;

    public int Seed { get; init; } = 1;

    /// <summary>The victims in the order of their deaths, each at a share of the load; the same for the same seed.</summary>
    public IReadOnlyList<(double Share, Victim Victim)> Deaths(Random random)
    {
        var victims = new[] { (Victim.Silo, SiloKills), (Victim.Ingest, IngestKills), (Victim.Broker, BrokerKills), (Victim.Database, DatabaseKills) }
            .SelectMany(v => Enumerable.Repeat(v.Item1, v.Item2)).ToArray();
        random.Shuffle(victims);
        var shares = victims.Select(_ => 0.02 + (0.94 * random.NextDouble())).Order();
        return [.. shares.Zip(victims)];
    }
}

/// <summary>How a run with kills ended; printed as one JSON line.</summary>
internal sealed record KillResult
{
    public required int Records { get; init; }

    public required int Duplicates { get; init; }

    public required IReadOnlyDictionary<string, int> Kills { get; init; }

    public required long Lost { get; init; }

    public required long Double { get; init; }

    public required int CellsEqual { get; init; }

    public required int Cells { get; init; }

    public required long Conflicts { get; init; }

    public required long Quarantined { get; init; }

    public required long DeadLettered { get; init; }

    /// <summary>Batches that got no answer and were sent again.</summary>
    public required long Resent { get; init; }

    /// <summary>From a kill until both doors answered again, all processes ready.</summary>
    public required double RecoverySecondsMax { get; init; }

    public required double RecoverySecondsMedian { get; init; }

    public required double Seconds { get; init; }

    public required int Seed { get; init; }

    public bool IsExact => Lost == 0 && Double == 0 && CellsEqual == Cells && Conflicts == 0 && Quarantined == 0;
}
