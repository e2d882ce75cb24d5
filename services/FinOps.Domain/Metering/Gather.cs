using System.Diagnostics.CodeAnalysis;

namespace FinOps.Domain.Metering;

/// <summary>Group commit: what waits goes together, until there is enough. Meters gather batches, lanes gather meters.</summary>
public static class Gather
{
    /// <returns>False when nothing waits.</returns>
    public delegate bool TryTake<T>([MaybeNullWhen(false)] out T taken);

    /// <param name="records">Enough; the last one taken may go beyond, so that one larger than the limit still goes.</param>
    /// <param name="next">Takes what waits, in order.</param>
    /// <param name="recordsOf">How many records one holds.</param>
    public static List<T> UpTo<T>(int records, TryTake<T> next, Func<T, int> recordsOf)
    {
        var group = new List<T>();
        for (var gathered = 0; gathered < records && next(out var taken); gathered += recordsOf(taken)) group.Add(taken);
        return group;
    }
}
