using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>What the books hold under a record's identity.</summary>
public abstract record CountedRecord
{
    private CountedRecord()
    {
    }

    /// <summary>It counts.</summary>
    public sealed record Live(UsageRecord Record) : CountedRecord;

    /// <summary>It was taken back singly; the identity stays taken.</summary>
    public sealed record Voided(UsageRecord Last) : CountedRecord;
}

/// <summary>What a correction takes out of the books and what it puts in.</summary>
/// <param name="Taken">Counts no longer.</param>
/// <param name="Given">Counts from now on.</param>
public sealed record RecordChange(UsageRecord? Taken, UsageRecord? Given)
{
    /// <summary>No fact: what was asked for is so already.</summary>
    public static readonly RecordChange None = new(null, null);

    public bool IsNone => Taken is null && Given is null;
}

/// <summary>Decides what a correction of one record changes. Asking for what is so already changes nothing, so asking twice is harmless.</summary>
public static class RecordCorrection
{
    public static RecordChange Void(CountedRecord counted) => counted switch
    {
        CountedRecord.Live live => new RecordChange(live.Record, null),
        CountedRecord.Voided => RecordChange.None,
        _ => throw new InvalidOperationException($"A record that is {counted} cannot be voided."),
    };

    /// <param name="counted">What the books hold.</param>
    /// <param name="given">The content that is right; a voided record counts again with it.</param>
    public static RecordChange Amend(CountedRecord counted, UsageRecord given)
    {
        var before = counted switch
        {
            CountedRecord.Live live => live.Record,
            CountedRecord.Voided voided => voided.Last,
            _ => throw new InvalidOperationException($"A record that is {counted} cannot be amended."),
        };
        var (was, becomes) = (RecordDigest.Of(before), RecordDigest.Of(given));
        Invariant.Require(was.Key == becomes.Key, "an amendment keeps the record's identity");
        if (counted is CountedRecord.Voided) return new RecordChange(null, given);
        return was.Content == becomes.Content ? RecordChange.None : new RecordChange(before, given);
    }
}
