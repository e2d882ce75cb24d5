using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using static FinOps.Domain.Providers.FieldRelation;

namespace FinOps.Domain.Providers;

/// <summary>What a call used, in our disjoint classes.</summary>
/// <param name="Style">As which it was read.</param>
/// <param name="Quantities">Tokens by class.</param>
/// <param name="Tier">How urgently it was served; standard where the body does not say.</param>
/// <param name="Unaccounted">What the body's own total holds beyond the classes (or, negative, lacks); zero where it states none.</param>
public sealed record UsageReading(UsageStyle Style, Quantities Quantities, ServiceTier Tier, long Unaccounted);

/// <summary>Reads a provider's usage body after the table of its style. Overlapping fields become disjoint classes; a part above its whole is refused.</summary>
public static class ReadUsage
{
    /// <returns>The style that the body shows by its fields; null when it has none of those that are read.</returns>
    public static UsageStyle? StyleOf(JsonElement body) => UsageStyles.All.FirstOrDefault(style => Fits(style, body)
        && (style.Signs.Count == 0 || Root(style, body) is { } usage && style.Signs.Any(sign => UsagePath.Find(usage, sign).Any())));

    /// <summary>Whether the body has what the style requires.</summary>
    public static bool Fits(UsageStyle style, JsonElement body) =>
        Root(style, body) is { ValueKind: JsonValueKind.Object } usage
        && style.Fields.Where(f => f.IsRequired).All(f => Values(usage, f).Values.Any());

    /// <param name="style">One that fits.</param>
    /// <param name="body">The answer, or the part of it that holds the usage.</param>
    /// <exception cref="RejectedException">Every flaw, each with the path of its field.</exception>
    public static UsageReading Of(UsageStyle style, JsonElement body)
    {
        if (!Fits(style, body))
        {
            var required = string.Join(", ", style.Fields.Where(f => f.IsRequired).Select(f => $"`{style.Root}.{f.Spellings[0]}`").DefaultIfEmpty($"`{style.Root}`"));
            throw new RejectedException(new Rejection("usage_missing", style.Root, $"A body of style {style} has {required}; this one does not."));
        }

        var usage = Root(style, body)!.Value;
        var checks = new Checks();
        var found = style.Fields.Select(f => (Field: f, Read: Tokens(style, usage, f, checks))).Where(f => f.Read is not null)
            .Select(f => new Part(f.Field, f.Read!.Value.Path, f.Read.Value.Tokens)).ToList();
        checks.ThrowIfAny();
        var values = new long[UnitClass.All.Count];
        Add(UnitClass.UncachedInput, found, values, checks);
        Add(UnitClass.Output, found, values, checks);
        checks.ThrowIfAny();
        var quantities = Quantities.Of(values);
        var total = style.Total is null ? null : UsagePath.Find(usage, style.Total).Select(Whole).FirstOrDefault();
        return new UsageReading(style, quantities, Tier(style, usage), total is { } all ? all - quantities.Total : 0);
    }

    private readonly record struct Part(UsageField Field, string Path, long Tokens);

    private static JsonElement? Root(UsageStyle style, JsonElement body) =>
        UsagePath.Find(body, style.Root).Select(r => (JsonElement?)r).FirstOrDefault();

    private static (string Path, IEnumerable<JsonElement> Values) Values(JsonElement usage, UsageField field)
    {
        var path = field.Spellings.FirstOrDefault(spelling => UsagePath.Find(usage, spelling).Any()) ?? field.Spellings[0];
        return (path, UsagePath.Find(usage, path));
    }

    private static (string Path, long Tokens)? Tokens(UsageStyle style, JsonElement usage, UsageField field, Checks checks)
    {
        var (path, values) = Values(usage, field);
        var name = $"{style.Root}.{path}";
        long? sum = null;
        foreach (var value in values)
        {
            switch (Whole(value))
            {
                case null: checks.Fail("quantity_not_whole", name, $"`{name}` is {Excerpt(value)}; a whole number of tokens is expected."); break;
                case < 0: checks.Fail("quantity_negative", name, $"`{name}` is {Excerpt(value)}; it must not be negative."); break;
                case > Acceptance.MaxQuantity: checks.Fail("quantity_absurd", name, $"`{name}` is above {Acceptance.MaxQuantity}."); break;
                case { } tokens: sum = (sum ?? 0) + tokens; break;
            }
        }

        return sum is { } found ? (name, found) : null;
    }

    /// <summary>Sums one side: its first class is the whole less the parts inside it.</summary>
    private static void Add(UnitClass first, List<Part> parts, long[] values, Checks checks)
    {
        var side = parts.Where(p => p.Field.Class.Side == first.Side).ToList();
        var whole = side.Where(p => p.Field.Relation == FieldRelation.Whole).Sum(p => p.Tokens);
        foreach (var (field, path, tokens) in side)
        {
            if (field.Relation == Inside && tokens > whole)
                checks.Fail("part_larger_than_whole", path, $"`{path}` is {tokens}, more than the {whole} that it is a part of.");
            if (field.Relation is Inside or Beside) values[field.Class.Ordinal] += tokens;
            values[first.Ordinal] += field.Relation switch { Inside => -tokens, FieldRelation.Whole or InTwoParts => tokens, _ => 0 };
        }

        foreach (var (field, path, tokens) in side.Where(p => p.Field.Relation == InTwoParts))
        {
            values[field.Class.Ordinal] -= tokens;
            if (values[field.Class.Ordinal] < 0)
                checks.Fail("part_larger_than_whole", path, $"`{path}` is {tokens}, more than the {field.Class} tokens that it is a part of.");
        }

        if (values[first.Ordinal] >= 0 || checks.AnyFailed) return;
        var name = side.First(p => p.Field.Relation == FieldRelation.Whole).Path;
        checks.Fail("part_larger_than_whole", name, $"The parts of `{name}` sum to {whole - values[first.Ordinal]}, more than {whole}.");
    }

    private static ServiceTier Tier(UsageStyle style, JsonElement usage) =>
        (style.Tier?.Split('|') ?? []).SelectMany(path => UsagePath.Find(usage, path))
            .Where(value => value.ValueKind == JsonValueKind.String)
            .Select(value => style.Tiers.GetValueOrDefault(value.GetString()!))
            .FirstOrDefault(tier => tier != ServiceTier.Standard);

    private static long? Whole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string Excerpt(JsonElement value) => value.GetRawText() is { Length: <= 40 } text ? text : value.GetRawText()[..40] + "…";
}
