using System.Buffers.Text;
using System.Globalization;
using System.Text;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Graph;

/// <summary>Names the connection of a row's type, where it is not the type's own name: <c>[ConnectionName("Quarantine")]</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConnectionNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>One page of a list, in the order of its cursors. GraphQL sees <c>XConnection</c> with <c>XEdge</c>.</summary>
public sealed record Connection<T>(IReadOnlyList<Edge<T>> Edges, PageInfo PageInfo)
    where T : class
{
    public IEnumerable<T> Nodes => Edges.Select(e => e.Node);
}

/// <summary>A row with the cursor that a following page starts after.</summary>
public sealed record Edge<T>(string Cursor, T Node)
    where T : class;

/// <summary>Whether more follows, and from where.</summary>
public sealed record PageInfo(bool HasNextPage, string? EndCursor);

/// <summary>What of a list is asked for: so many rows after a key. The key is opaque to callers.</summary>
public sealed record PageRequest(int First, string? AfterKey)
{
    internal static readonly Rejection WrongSize = new("page_size", "first", $"`first` lies between 0 and {Limits.PageSize}.");

    /// <summary>Ask the store for one row more than the page holds: that is how a page knows whether another follows.</summary>
    public int Take => First + 1;

    /// <summary>The key as a row number, for lists that are keyed by one; before the first row when there is none.</summary>
    public long AfterNumber => AfterKey is null
        ? long.MinValue
        : long.TryParse(AfterKey, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw BadCursor();

    /// <param name="first">Rows of the page; null is the default.</param>
    /// <param name="after">A cursor that an earlier page gave.</param>
    public static PageRequest Of(int? first, string? after)
    {
        if (first is < 0 or > Limits.PageSize) throw new RejectedException(WrongSize);
        return new PageRequest(first ?? Limits.PageSizeDefault, after is null ? null : Decode(after));
    }

    /// <param name="rows">Up to <see cref="Take"/> rows.</param>
    /// <param name="key">A row's key: unique in the list, and what the list is ordered by.</param>
    public Connection<T> Page<T>(IReadOnlyList<T> rows, Func<T, string> key)
        where T : class
    {
        var edges = rows.Take(First).Select(row => new Edge<T>(Encode(key(row)), row)).ToList();
        return new Connection<T>(edges, new PageInfo(rows.Count > First, edges.Count == 0 ? null : edges[^1].Cursor));
    }

    private static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    private static string Decode(string cursor)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception flaw) when (flaw is FormatException or DecoderFallbackException)
        {
            throw BadCursor();
        }
    }

    private static RejectedException BadCursor() =>
        new(new Rejection("cursor_invalid", "after", "`after` takes an `endCursor` or `cursor` of the same list."));
}
