using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>Counts the records under way in this process, so that memory has a bound whatever arrives.</summary>
internal sealed class Intake
{
    private long underWay;

    /// <returns>Null when there is no room; dispose what is returned when the records are done.</returns>
    public IDisposable? TryEnter(int records)
    {
        // One batch always fits: a limit below the largest batch would refuse it for ever.
        if (Interlocked.Add(ref underWay, records) > Limits.RecordsUnderWay && Interlocked.Read(ref underWay) > records)
        {
            Interlocked.Add(ref underWay, -records);
            return null;
        }

        return new Room(this, records);
    }

    private sealed class Room(Intake intake, int records) : IDisposable
    {
        private int left = records;

        public void Dispose() => Interlocked.Add(ref intake.underWay, -Interlocked.Exchange(ref left, 0));
    }
}
