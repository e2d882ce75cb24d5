using FinOps.Domain.CostImports;
using FinOps.Domain.Values;
using GraphQL;

namespace FinOps.Platform.CostImports;

/// <summary>A file of what was really paid: docs/cost-import.md.</summary>
[Name("CostImportInput")]
public sealed class CostImportInput
{
    /// <summary>The file's name, for people.</summary>
    public required string File { get; init; }

    /// <summary>The file's text; either this,</summary>
    public string? Content { get; init; }

    /// <summary>or its bytes in base64, gzipped or not.</summary>
    public string? ContentBase64 { get; init; }

    /// <summary>By default what its header says.</summary>
    public CostFileFormat? Format { get; init; }

    /// <summary>FOCUS: which cost is taken; by default the effective.</summary>
    public FocusCost? Cost { get; init; }

    /// <summary>FOCUS: to which fleet rows belong; either this,</summary>
    public FleetMapInput? Map { get; init; }

    /// <summary>or all of them to this fleet.</summary>
    public string? Fleet { get; init; }

    /// <summary>Against what amounts below zero are netted; by default those of their charge period.</summary>
    public CreditNetting? Netting { get; init; }

    /// <summary>An earlier import that counts no longer, also where this file has nothing in its place.</summary>
    public string? Replaces { get; init; }

    /// <summary>Only tell what would change.</summary>
    public bool? DryRun { get; init; }
}

/// <summary>Which rows of a FOCUS file are which fleet's; the first rule that fits decides.</summary>
[Name("FleetMapInput")]
public sealed class FleetMapInput
{
    /// <summary>The line of rules that name none; by default the row's provider.</summary>
    public string? Line { get; init; }

    public IReadOnlyList<MapRuleInput>? Rules { get; init; }

    /// <summary>What becomes of rows that no rule fits; without it they are told and stay outside.</summary>
    public MapRuleInput? Otherwise { get; init; }

    internal FleetMap ToMap() => new(Line, [.. (Rules ?? []).Select(r => r.ToRule())], Otherwise?.ToRule());
}

/// <summary>One rule: exactly one of <c>fleet</c>, <c>shared</c> and <c>leaveOut</c>.</summary>
[Name("MapRuleInput")]
public sealed class MapRuleInput
{
    /// <summary>Columns and values; all must fit.</summary>
    public IReadOnlyList<MapConditionInput>? When { get; init; }

    public string? Fleet { get; init; }

    /// <summary>The name of what serves several fleets: rows of kind SHARED.</summary>
    public string? Shared { get; init; }

    /// <summary>Why the rows are no cost of ours.</summary>
    public string? LeaveOut { get; init; }

    public string? Line { get; init; }

    internal MapRule ToRule() => new([.. (When ?? []).Select(w => new MapCondition(w.Column, w.Values))], Fleet, Shared, LeaveOut, Line);
}

/// <summary>A column, or <c>Tags.KEY</c>, has one of the values; one that ends in <c>*</c> fits what begins so.</summary>
[Name("MapConditionInput")]
public sealed class MapConditionInput
{
    public required string Column { get; init; }

    public required IReadOnlyList<string> Values { get; init; }
}
