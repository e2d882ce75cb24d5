using System.Text;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Broker;

/// <summary>Which dead letters to send again, and with what changes.</summary>
public sealed class ReplayDeadLettersInput
{
    /// <summary>These; whatever became of them since.</summary>
    [Id]
    public IReadOnlyList<string>? Ids { get; set; }

    /// <summary>Or the open ones of these, oldest first.</summary>
    public DeadLetterFilter? Where { get; set; }

    /// <summary>How many of them at most; as many as one call takes when left out.</summary>
    public int? First { get; set; }

    /// <summary>Go on behind this number: an earlier answer's <c>lastId</c>.</summary>
    [Id]
    public string? After { get; set; }

    /// <summary>Send each as this content type: <c>application/json</c> for one that its sender called something else.</summary>
    public string? ContentType { get; set; }

    /// <summary>Changes of single ones.</summary>
    public IReadOnlyList<DeadLetterCorrection>? Corrections { get; set; }
}

/// <summary>Another body for one of them: as text, or any bytes in base64.</summary>
public sealed class DeadLetterCorrection
{
    [Id]
    public string? Id { get; set; }

    public string? Body { get; set; }

    public string? BodyBase64 { get; set; }
}

/// <summary>What became of the dead letters that were sent again. What their records became is in the tallies and receipts.</summary>
/// <param name="Sent">The broker has them in the usage queue.</param>
/// <param name="Refused">The broker did not take them; they stay open.</param>
/// <param name="Outcomes">One each, by number.</param>
/// <param name="LastId">The last number that was looked at; null where there was none.</param>
/// <param name="HasMore">Whether more behind it match.</param>
public sealed record DeadLettersReplayed(
    int Sent, int Refused, IReadOnlyList<DeadLetterOutcome> Outcomes, [property: Id] string? LastId, bool HasMore);

/// <summary>What became of one.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Outcome"><c>sent</c> or <c>refused</c>.</param>
/// <param name="Error">Why it was refused.</param>
public sealed record DeadLetterOutcome([property: Id] long Id, string Outcome, string? Error);

/// <summary>Sends dead letters again, or lets them go. Nothing is ever deleted.</summary>
public sealed class DeadLetterMutations
{
    /// <summary>Their own bytes, headers and sender, unless changed; into the usage queue. The ledger's keys make twice harmless.</summary>
    [Allow(ViewerRole.Operator)]
    public static Task<DeadLettersReplayed> ReplayDeadLettersAsync(
        ReplayDeadLettersInput input, [FromServices] Viewer viewer, [FromServices] IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<ReplayDeadLetters>().ReplayAsync(Order(input), viewer, cancellation);

    /// <summary>These are not wanted, for the stated reason. They stay in the list of resolved ones, and may still be sent.</summary>
    /// <returns>The numbers that were open until now.</returns>
    [Allow(ViewerRole.Operator)]
    [Id]
    public static async Task<IEnumerable<string>> DismissDeadLettersAsync(
        [Id] IReadOnlyList<string> ids, string reason, [FromServices] Viewer viewer, [FromServices] IServiceProvider services,
        CancellationToken cancellation) =>
        (await services.GetRequiredService<ReplayDeadLetters>()
            .DismissAsync(RowNumbers.Of(ids, "ids"), RowNumbers.Reason(reason), viewer, cancellation)).Select(id => $"{id}");

    private static DeadLetterOrder Order(ReplayDeadLettersInput input)
    {
        if ((input.Ids is null) == (input.Where is null))
            throw new RejectedException(new Rejection("selection_missing", "ids", "Give either `ids` or `where`; an empty `where` is all open ones."));
        if (input.First is < 1 or > Limits.ReplayedAtOnce)
            throw new RejectedException(new Rejection("page_size", "first", $"`first` lies between 1 and {Limits.ReplayedAtOnce}."));
        if (input.ContentType is { } type && (Name.Flaw(type) is not null || Encoding.UTF8.GetByteCount(type) > byte.MaxValue))
            throw new RejectedException(new Rejection("content_type_invalid", "contentType", "`contentType` must be a media type."));
        var bodies = new Dictionary<long, byte[]>();
        foreach (var correction in input.Corrections ?? [])
        {
            if (!bodies.TryAdd(RowNumbers.Of(correction.Id, "corrections.id"), Body(correction)))
                throw new RejectedException(new Rejection("correction_doubled", "corrections.id", $"Dead letter {correction.Id} is corrected twice."));
        }

        return new DeadLetterOrder(
            input.Ids is { } ids ? RowNumbers.Of(ids, "ids") : null, input.Where ?? new DeadLetterFilter(), input.First ?? Limits.ReplayedAtOnce,
            input.After is null ? 0 : RowNumbers.Of(input.After, "after"), input.ContentType, bodies);
    }

    private static byte[] Body(DeadLetterCorrection correction)
    {
        if (correction is { Body: { } text, BodyBase64: null }) return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[correction.BodyBase64?.Length ?? 0];
        if (correction is { Body: null, BodyBase64: { } base64 } && Convert.TryFromBase64String(base64, bytes, out var length)) return bytes[..length];
        throw new RejectedException(new Rejection("correction_invalid", "corrections", "A correction has either `body`, or `bodyBase64` in base64."));
    }
}

/// <summary>Which dead letters, and how.</summary>
internal sealed record DeadLetterOrder(
    long[]? Ids, DeadLetterFilter Where, int First, long After, string? ContentType, IReadOnlyDictionary<long, byte[]> Bodies);
