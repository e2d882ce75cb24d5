using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>How many accelerators a fleet has from an instant on; the same in GraphQL and in files.</summary>
[Name("FleetSizeInput")]
public sealed class FleetSizeInput : IBookInput
{
    public required string Fleet { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    public required string Accelerator { get; init; }

    /// <summary>Zero or more; a fraction is a part of one.</summary>
    public required decimal Count { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetFleetSize ToCommand() => new(Fleet, From, Accelerator, Count);

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => FleetSizeSet.Entry(ToCommand().Decide(now), From is not null, now, by);
}

/// <summary>Stored as <c>fleet_size_set_v1</c> in the stream <c>fleet/{id}</c>.</summary>
public sealed record FleetSizeSet(
    string Fleet, DateTimeOffset From, string Accelerator, decimal Count, DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.FleetSize, Fleet);

    internal static BookEntry Entry(FleetSize size, bool isDated, DateTimeOffset now, string by) => new(
        $"fleet/{size.Fleet}",
        new FleetSizeSet(size.Fleet.Value, size.From, size.Accelerator, size.Count, now, by),
        books => isDated
            ? !books.Fleets.Sizes(size.Fleet).Contains(size)
            : books.Fleets.SizeAt(size.Fleet, QuarterHour.Holding(size.From)) is not { } current || current with { From = size.From } != size);

    internal FleetSize ToSize() => new(new FleetId(Fleet), From, Accelerator, Count);
}
