using System.Text.Json;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>To which fleet the rows of a bill belong: the first rule that fits decides; what fits none is unmapped, and told.</summary>
/// <param name="Line">The line of rules that name none; null is the row's provider.</param>
/// <param name="Rules">In order.</param>
/// <param name="Otherwise">Of rows that no rule fits; null leaves them unmapped.</param>
public sealed record FleetMap(string? Line, IReadOnlyList<MapRule> Rules, MapRule? Otherwise)
{
    /// <summary>The columns that tell people what an unmapped row is of.</summary>
    private static readonly string[] Telling = ["ServiceName", "SubAccountId", "RegionId", "ChargeCategory"];

    /// <summary>Every row is one fleet's.</summary>
    public static FleetMap AllTo(string fleet) => new(null, [], new MapRule([], fleet, null, null, null));

    /// <exception cref="RejectedException">A rule has no place or several, or a name that cannot be.</exception>
    public FleetMap Decide()
    {
        var checks = new Checks();
        if (Line is not null) checks.Named(Line, "line");
        if (Rules.Count == 0 && Otherwise is null) checks.Fail("map_empty", "rules", "The map has no rules; say which rows are which fleet's.");
        for (var i = 0; i < Rules.Count; i++)
        {
            Rules[i].Check(checks, $"rules[{i}]");
            if (Rules[i].When.Count == 0) checks.Fail("rule_without_condition", $"rules[{i}].when", $"`rules[{i}]` fits every row; say `when`, or write it as `otherwise`.");
        }

        Otherwise?.Check(checks, "otherwise");
        checks.ThrowIfAny();
        return this;
    }

    /// <exception cref="RejectedException">A rule asks for a column that the file lacks.</exception>
    public void RequireColumns(CostTable table)
    {
        var missing = Rules.SelectMany((rule, i) => rule.When.Where(c => !table.Has(c.Column)).Select(c => new Rejection(
            "column_missing", $"rules[{i}].when.{c.Column}", $"`rules[{i}]` asks for the column '{c.Column}', which the file lacks. Its header is: {string.Join(',', table.Header)}."))).ToList();
        if (missing.Count > 0) throw new RejectedException(missing);
    }

    public CostPlace PlaceOf(CostTable row)
    {
        var rule = Rules.FirstOrDefault(r => r.Fits(row)) ?? Otherwise;
        return rule is null
            ? new CostPlace.Unmapped(string.Join(" · ", Telling.Select(row.Text).OfType<string>()))
            : rule.Place(Line ?? Provider(row));
    }

    private static string Provider(CostTable row) =>
        (row.Text("ServiceProviderName") ?? row.Text("ProviderName")) is { } provider && Name.Flaw(provider) is null ? provider : "bill";
}

/// <param name="When">All must fit.</param>
/// <param name="Fleet">Either this fleet,</param>
/// <param name="Shared">or this that serves several,</param>
/// <param name="LeaveOut">or nothing of ours, for this reason.</param>
/// <param name="Line">The line of the fleet; null is the map's.</param>
public sealed record MapRule(IReadOnlyList<MapCondition> When, string? Fleet, string? Shared, string? LeaveOut, string? Line)
{
    public bool Fits(CostTable row) => When.All(c => c.Fits(row));

    public CostPlace Place(string line) => LeaveOut is { } reason
        ? new CostPlace.LeftOut(reason)
        : new CostPlace.OfFleet(new FleetId((Fleet ?? Shared)!), Line ?? line, Shared is not null);

    internal void Check(Checks checks, string field)
    {
        string?[] places = [Fleet, Shared, LeaveOut];
        if (places.Count(p => p is not null) != 1)
            checks.Fail("rule_ambiguous", field, $"`{field}` needs exactly one of `fleet`, `shared` and `leaveOut`.");
        if (places.OfType<string>().FirstOrDefault(p => Name.Flaw(p) is not null) is { } bad)
            checks.Fail("name_invalid", field, $"`{field}` names '{bad}', which {Name.Flaw(bad)}.");
        if (Line is not null && Name.Flaw(Line) is { } flaw) checks.Fail("line_invalid", $"{field}.line", $"`{field}.line` {flaw}.");
        if (When.FirstOrDefault(c => c.Values.Count == 0) is { } empty)
            checks.Fail("condition_empty", $"{field}.when.{empty.Name}", $"`{field}.when.{empty.Name}` lists no value.");
    }
}

/// <summary>One column's condition. A value that ends in <c>*</c> fits what begins so; <c>Tags.KEY</c> is a key of the column Tags.</summary>
/// <param name="Name">The column, or <c>Tags.KEY</c>.</param>
/// <param name="Values">Any of them.</param>
public sealed record MapCondition(string Name, IReadOnlyList<string> Values)
{
    private const string TagsColumn = "Tags";
    private const string TagsPrefix = "Tags.";

    public string Column => Name.StartsWith(TagsPrefix, StringComparison.Ordinal) ? TagsColumn : Name;

    public bool Fits(CostTable row)
    {
        var value = Column == Name ? row.Text(Name) : Tag(row.Text(TagsColumn), Name[TagsPrefix.Length..]);
        return value is not null && Values.Any(v => v.EndsWith('*') ? value.StartsWith(v[..^1], StringComparison.Ordinal) : value == v);
    }

    private static string? Tag(string? tags, string key)
    {
        if (tags is null) return null;
        try
        {
            using var json = JsonDocument.Parse(tags);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(key, out var value) ? value.ToString() : null;
        }
        catch (JsonException)
        {
            // Tags that are no JSON object have no keys, so no rule on one fits: the row is shown as unmapped.
            return null;
        }
    }
}
