using System.Globalization;
using System.Text.RegularExpressions;

namespace FinOps.Host.Benchmarks;

/// <summary>A question of docs/questions.md, and what it sums, read from its own text.</summary>
/// <param name="Number">As in the file.</param>
/// <param name="Title">Its words.</param>
/// <param name="Query">The GraphQL document.</param>
internal sealed partial record AskedQuestion(int Number, string Title, string Query)
{
    public DateTimeOffset From => Instant("from");

    public DateTimeOffset To => Instant("to");

    /// <exception cref="InvalidOperationException">The file holds no question.</exception>
    public static IReadOnlyList<AskedQuestion> ReadAll(string path)
    {
        var questions = Sections().Matches(File.ReadAllText(path))
            .Select(m => new AskedQuestion(int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value, m.Groups[3].Value)).ToList();
        return questions.Count > 0 ? questions : throw new InvalidOperationException($"{path} holds no question.");
    }

    /// <summary>The same sums over the records: of tokens and records, by the same keys over the same window.</summary>
    /// <param name="table">With a row per record.</param>
    public string OverRecords(string table)
    {
        var keys = Names(GroupBy().Match(Query)).Select(Key).ToList();
        var tenants = Names(Tenants().Match(Query));
        var only = tenants.Count == 0 ? "" : $" and tenant in ({string.Join(", ", tenants.Select(t => $"'{t}'"))})";
        return $"""
            select {string.Concat(keys.Select(k => $"{k}, "))}count(*), sum(input), sum(output) from {table}
            where occurred_at >= '{From:O}' and occurred_at < '{To:O}'{only}{(keys.Count == 0 ? "" : $" group by {string.Join(", ", Enumerable.Range(1, keys.Count))}")}
            """;
    }

    private string Key(string dimension) => dimension switch
    {
        "TENANT" or "MODEL" or "FLEET" => dimension.ToLowerInvariant(),
        "HOUR" or "DAY" or "MONTH" => $"date_trunc('{dimension.ToLowerInvariant()}', occurred_at at time zone '{Zone().Match(Query) switch
        {
            { Success: true } zone => zone.Groups[1].Value,
            _ => "UTC",
        }}')",
        _ => throw new InvalidOperationException($"Question {Number} groups by {dimension}."),
    };

    private DateTimeOffset Instant(string name) => DateTimeOffset.Parse(
        Regex.Match(Query, $"\\b{name}: \"([^\"]+)\"").Groups[1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static IReadOnlyList<string> Names(Match list) =>
        [.. list.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(n => n.Trim('"'))];

    [GeneratedRegex(@"^## (\d+)\. (.+?)$.*?^```graphql\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Sections();

    [GeneratedRegex(@"groupBy: \[([^\]]*)\]")]
    private static partial Regex GroupBy();

    [GeneratedRegex(@"tenants: \[([^\]]*)\]")]
    private static partial Regex Tenants();

    [GeneratedRegex("timeZone: \"([^\"]+)\"")]
    private static partial Regex Zone();
}
