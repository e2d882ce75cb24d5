using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>One way to write usage in a file.</summary>
/// <param name="Name">For <c>--format</c>.</param>
/// <param name="IsJson">JSON, else CSV.</param>
/// <param name="Marks">Columns or keys by which its files are known.</param>
/// <param name="Read">The file's records in its order, one at a time.</param>
internal sealed record TraceFormat(string Name, bool IsJson, IReadOnlyList<string> Marks, Func<TraceFile, IEnumerable<UsageRecord>> Read);
