using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>The unit classes as columns of the buckets: a new class is a column of its name and a line in <see cref="UnitClass"/>.</summary>
internal static class Columns
{
    /// <summary>Every class, by ordinal.</summary>
    public static string All(string table) => string.Join(", ", UnitClass.All.Select(c => $"{table}.{c.Column}"));

    /// <summary>Sums of every class, by ordinal. The cast fails rather than wraps where a sum passes 2^63.</summary>
    public static string Sums(string table) => string.Join(", ", UnitClass.All.Select(c => $"sum({table}.{c.Column})::bigint"));

    public static Quantities Quantities(NpgsqlDataReader reader, int first)
    {
        Span<long> values = stackalloc long[UnitClass.All.Count];
        for (var i = 0; i < values.Length; i++) values[i] = reader.GetInt64(first + i);
        return Domain.Values.Quantities.Of(values);
    }
}
