using System.Runtime.CompilerServices;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Corrections;

/// <summary>Some of a backfill's records in one stream.</summary>
/// <param name="From">Where those that count lie.</param>
/// <param name="Taken">Those that count.</param>
/// <param name="Released">Keys of all, also of those that were taken back singly.</param>
/// <param name="RecordedAt">The latest record time.</param>
internal sealed record BackfillPiece(
    IReadOnlyList<TakenFrom> From, IReadOnlyList<UsageRecord> Taken, IReadOnlyList<RecordKey> Released, DateTimeOffset RecordedAt);

/// <summary>
/// Reads a backfill's records from a stream, event after event, on a connection of its own while the caller writes. Nobody else changes what
/// it reads: the caller is alone with the backfill and with corrections.
/// </summary>
internal static class BackfillPieces
{
    public static async IAsyncEnumerable<BackfillPiece> ReadAsync(
        CorrectionBooks books, string stream, string backfill, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var places = await TakenPlaces.OfAsync(books.Database, stream, cancellation);
        await using var command = books.Database.CreateCommand(
            """
            select version, type, data from finops.mt_events
            where stream_id = $1 and (data -> 'backfills' ? $2 or data -> 'given' -> 'backfills' ? $2) order by version
            """);
        command.Parameters.Add(new() { Value = stream });
        command.Parameters.Add(new() { Value = backfill });
        command.CommandTimeout = Limits.CorrectionTimeoutSeconds;
        var piece = new Gathered();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var version = row.GetInt64(0);
            var records = LedgerFold.Meaning(StoredUsage.Read(books.Serializer, row, type: 1, data: 2)).Records;
            if (piece.Count > 0 && piece.Count + records.Ids.Count > Limits.RecordsPerVoid)
            {
                yield return piece.Done();
                piece = new Gathered();
            }

            await places.LoadAsync(version, version + 1, cancellation);
            piece.Add(version, records, backfill, places);
        }

        if (piece.Count > 0) yield return piece.Done();
    }

    private sealed class Gathered
    {
        private readonly List<TakenFrom> from = [];
        private readonly List<UsageRecord> taken = [];
        private readonly List<RecordKey> released = [];
        private DateTimeOffset recordedAt = DateTimeOffset.MinValue;

        public int Count => released.Count;

        public BackfillPiece Done() => new(from, taken, released, recordedAt);

        public void Add(long version, UsageRecorded recorded, string backfill, TakenPlaces places)
        {
            var records = recorded.Unpack();
            var positions = new List<int>();
            for (var i = 0; i < records.Count; i++)
            {
                if (records[i].Backfill != backfill) continue;
                var by = places.At(version, i);
                // Ids that an earlier void of this backfill freed may be others' by now.
                if (by?.Backfill is null) released.Add(RecordKey.Of(records[i].Tenant, records[i].Source, records[i].Id));
                if (by is not null) continue;
                positions.Add(i);
                taken.Add(records[i]);
            }

            if (recorded.RecordedAt > recordedAt) recordedAt = recorded.RecordedAt;
            if (positions.Count > 0) from.Add(new TakenFrom(version, positions.Count == records.Count ? null : positions));
        }
    }
}
