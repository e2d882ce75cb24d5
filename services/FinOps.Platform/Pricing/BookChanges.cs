using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Pricing;

/// <summary>Which changes of the books; what is left out selects all.</summary>
[Name("BookChangeFilter")]
public sealed class BookChangeFilter
{
    public IReadOnlyList<BookSubjectKind>? Kinds { get; init; }

    public IReadOnlyList<string>? Fleets { get; init; }

    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Record time, inclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Record time, exclusive.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only those that hold from before the quarter-hour in which they were recorded, or only the others.</summary>
    public bool? Backdated { get; init; }

    /// <summary>The id of a re-rating: its facts.</summary>
    public string? Rerating { get; init; }

    internal bool Selects(BookFact fact) =>
        (Kinds is null || Kinds.Contains(fact.Subject.Kind))
        && (Fleets is null || Fleets.Contains(fact.Subject.Fleet))
        && (Models is null || Models.Contains(fact.Subject.Model))
        && (Since is not { } since || fact.RecordedAt >= since)
        && (Until is not { } until || fact.RecordedAt < until)
        && (Backdated is null || Backdated == fact.IsBackdated)
        && (Rerating is null || Rerating == fact.Rerating);
}

/// <summary>One fact of the books: who said what, when and why.</summary>
/// <param name="Id">Its number among all stored events.</param>
/// <param name="RecordedAt">When it was said.</param>
/// <param name="By">By whose credential.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Fleet">Where the kind names one.</param>
/// <param name="Model">Where the kind names one.</param>
/// <param name="Line">Where the kind names one; of an exchange rate USD/EUR, of a period 2026-03.</param>
/// <param name="Tenant">Where the kind names one.</param>
/// <param name="From">From when on it holds.</param>
/// <param name="Reason">Null where none was given.</param>
/// <param name="Backdated">Whether it holds from before the quarter-hour in which it was recorded, so that figures of the past changed.</param>
/// <param name="Rerating">The id of the re-rating that it is part of.</param>
/// <param name="Fact">What was said, as it is stored: JSON.</param>
[Name("BookChange")]
[ConnectionName("BookChange")]
public sealed record BookChange(
    [property: Id] string Id, DateTimeOffset RecordedAt, string By, BookSubjectKind Kind, string? Fleet, string? Model, string? Line, string? Tenant, DateTimeOffset From, string? Reason,
    bool Backdated, [property: Id] string? Rerating, string Fact)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
    };

    internal static BookChange Of(long sequence, BookFact fact) => new(
        sequence.ToString(CultureInfo.InvariantCulture), fact.RecordedAt, fact.RecordedBy, fact.Subject.Kind, fact.Subject.Fleet, fact.Subject.Model, fact.Subject.Line, fact.Subject.Tenant, fact.From, fact.Reason,
        fact.IsBackdated, fact.Rerating, JsonSerializer.Serialize(fact, fact.GetType(), Json));
}

/// <summary>The audit of the books.</summary>
public sealed class BookChangeQueries
{
    /// <summary>Every fact that was ever recorded in the books, oldest first; none is ever edited.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<Connection<BookChange>> BookChangesAsync(
        BookChangeFilter? where, int? first, string? after, [FromServices] LiveBooks books, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var facts = (await books.KnownAsync(cancellation)).Facts;
        return page.Page(
            [
                .. facts.Where(f => f.Sequence > page.AfterNumber && where?.Selects(f.Fact) != false).Take(page.Take)
                    .Select(f => BookChange.Of(f.Sequence, f.Fact)),
            ],
            change => change.Id);
    }
}
