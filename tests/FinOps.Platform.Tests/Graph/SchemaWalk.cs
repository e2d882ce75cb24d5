using System.Globalization;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Graph;

/// <summary>Calls of every root field, made from introspection: a new field is called by the tests that guard it without anybody adding it.</summary>
internal sealed class SchemaWalk
{
    /// <summary>Levels of fields below a root field.</summary>
    private const int Depth = 5;

    private readonly Dictionary<string, JsonElement> types;
    private readonly JsonElement schema;

    private SchemaWalk(JsonElement schema)
    {
        this.schema = schema;
        types = schema.GetProperty("types").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!);
    }

    public IReadOnlyList<RootField> Queries => Root("queryType", "query");

    public IReadOnlyList<RootField> Mutations => Root("mutationType", "mutation");

    public static async Task<SchemaWalk> OfAsync(RunningHost host)
    {
        const string type = "type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
        var data = await host.DataAsync(
            $$"""
            { __schema { queryType { name } mutationType { name } types { kind name enumValues { name }
              fields { name {{type}} args { name defaultValue {{type}} } } inputFields { name defaultValue {{type}} } } } }
            """);
        return new SchemaWalk(data.GetProperty("__schema"));
    }

    /// <param name="field">The root field.</param>
    /// <param name="name">What stands for every text: a tenant, an id, a filter's entry.</param>
    /// <param name="everything">Whether optional arguments and input fields are given, too.</param>
    public string Call(RootField field, string name, bool everything) =>
        $"{field.Operation} {{ {field.Name}{Arguments(field.Definition, name, everything)}{Selection(field.Definition.GetProperty("type"), Depth, name, everything)} }}";

    private List<RootField> Root(string property, string operation) =>
        !schema.TryGetProperty(property, out var root) || root.ValueKind == JsonValueKind.Null ? []
        : types[root.GetProperty("name").GetString()!].GetProperty("fields").EnumerateArray()
            .Select(f => new RootField(operation, f.GetProperty("name").GetString()!, f)).ToList();

    private string Arguments(JsonElement field, string name, bool everything)
    {
        var given = field.GetProperty("args").EnumerateArray().Where(a => everything || IsRequired(a))
            .Select(a => $"{a.GetProperty("name").GetString()}: {Value(a, name, everything, 0)}").ToList();
        return given.Count == 0 ? "" : $"({string.Join(", ", given)})";
    }

    private string Selection(JsonElement type, int levels, string name, bool everything)
    {
        var named = types[Named(type)];
        if (named.GetProperty("kind").GetString() is not ("OBJECT" or "INTERFACE")) return "";
        var text = new StringBuilder(" { __typename");
        foreach (var field in named.GetProperty("fields").EnumerateArray())
        {
            var isLeaf = types[Named(field.GetProperty("type"))].GetProperty("kind").GetString() is "SCALAR" or "ENUM";
            if (!isLeaf && levels == 0) continue;
            text.Append(' ').Append(field.GetProperty("name").GetString()).Append(Arguments(field, name, everything))
                .Append(Selection(field.GetProperty("type"), levels - 1, name, everything));
        }

        return text.Append(" }").ToString();
    }

    private string Value(JsonElement input, string name, bool everything, int level)
    {
        var type = input.GetProperty("type");
        var isList = Kinds(type).Contains("LIST");
        var named = types[Named(type)];
        var one = named.GetProperty("kind").GetString() switch
        {
            "ENUM" => named.GetProperty("enumValues")[0].GetProperty("name").GetString()!,
            "INPUT_OBJECT" => "{ " + string.Join(", ", named.GetProperty("inputFields").EnumerateArray()
                .Where(f => IsRequired(f) || (everything && level < 4))
                .Select(f => $"{f.GetProperty("name").GetString()}: {Value(f, name, everything, level + 1)}")) + " }",
            _ => Scalar(named.GetProperty("name").GetString()!, input.GetProperty("name").GetString()!, name),
        };
        return isList ? $"[{one}]" : one;
    }

    private static string Scalar(string type, string input, string name) => type switch
    {
        "DateTime" => input is "to" or "end" ? "\"2026-02-01T00:00:00Z\"" : "\"2026-01-01T00:00:00Z\"",
        "Int" or "Long" => 10.ToString(CultureInfo.InvariantCulture),
        "Decimal" => "\"1\"",
        "Float" => "1",
        "Boolean" => "true",
        "String" or "ID" => input switch { "timeZone" => "\"UTC\"", "currency" => "\"USD\"", _ => JsonSerializer.Serialize(name) },
        _ => throw new InvalidOperationException($"The walk has no value for the scalar {type}: add one."),
    };

    private static bool IsRequired(JsonElement input) =>
        input.GetProperty("type").GetProperty("kind").GetString() == "NON_NULL" && input.GetProperty("defaultValue").ValueKind == JsonValueKind.Null;

    private static IEnumerable<string> Kinds(JsonElement type)
    {
        for (var at = type; at.ValueKind == JsonValueKind.Object; at = at.TryGetProperty("ofType", out var inner) ? inner : default)
            yield return at.GetProperty("kind").GetString()!;
    }

    private static string Named(JsonElement type)
    {
        var at = type;
        while (at.TryGetProperty("ofType", out var inner) && inner.ValueKind == JsonValueKind.Object) at = inner;
        return at.GetProperty("name").GetString()!;
    }
}

/// <summary>One field of Query or Mutation.</summary>
internal sealed record RootField(string Operation, string Name, JsonElement Definition);
