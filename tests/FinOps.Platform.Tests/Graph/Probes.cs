using System.Globalization;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Tests.Fixtures;
using GraphQL;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Graph;

/// <summary>The production host, and fields beside its own that show what the engine does.</summary>
[CollectionDefinition(Collection)]
public sealed class ProbedHost : RunningHost, ICollectionFixture<ProbedHost>
{
    /// <summary>One after the other: the probes count the resolvers that ran.</summary>
    public const string Collection = "probed host";

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(new GraphCapabilities(
        [.. GraphModule.Capabilities.Queries, typeof(ProbeQueries)],
        [.. GraphModule.Capabilities.Mutations, typeof(ProbeMutations)]));
}

public enum ProbeKind
{
    Plain,
    TwoWords,
}

/// <summary>An input as the capabilities write them: a record with required members.</summary>
public sealed record ProbeInput
{
    public required string Name { get; init; }

    public required decimal Amount { get; init; }

    public decimal? Optional { get; init; }

    public ProbeKind? Kind { get; init; }

    public IReadOnlyList<ProbePart>? Parts { get; init; }
}

/// <summary>An input as a positional record.</summary>
public sealed record ProbePart(string Key, decimal Rate, DateTimeOffset? From);

public sealed record ProbeNode(int Level)
{
    public static string Hidden => "static members are no fields";

    public ProbeNode Child => new(Level + 1);

    public long Number => Level;
}

public sealed class ProbeQueries
{
    /// <summary>How often any resolver of a probe ran.</summary>
    public static int Resolved { get; private set; }

    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant, ViewerRole.Fleet)]
    public static string Touch(string? text = null)
    {
        Resolved++;
        return text ?? "touched";
    }

    [Allow(ViewerRole.Operator)]
    public static ProbeNode Nested()
    {
        Resolved++;
        return new ProbeNode(0);
    }

    [Allow(ViewerRole.Operator)]
    public static decimal EchoDecimal(decimal value) => value;

    [Allow(ViewerRole.Operator)]
    public static long EchoLong(long value) => value;

    [Allow(ViewerRole.Operator)]
    public static DateTimeOffset EchoInstant(DateTimeOffset value) => value;

    [Allow(ViewerRole.Operator)]
    public static string EchoInput(ProbeInput input) =>
        FormattableString.Invariant($"{input.Name} {input.Amount} {input.Optional} {input.Kind} ")
        + string.Join(",", (input.Parts ?? []).Select(p => FormattableString.Invariant($"{p.Key}={p.Rate}@{p.From?.UtcTicks}")));

    [Allow(ViewerRole.Operator)]
    public static string? Refused() => throw new RejectedException(
        new Rejection("amount_negative", "input.amount", "An amount is not negative."),
        new Rejection("name_missing", "input.name", "A name is needed."));

    [Allow(ViewerRole.Operator)]
    public static string? Crashed() => throw new InvalidOperationException("secret connection string");

    [Allow(ViewerRole.Operator)]
    public static Connection<ProbeNode> Pages(int? first, string? after)
    {
        Resolved++;
        var page = PageRequest.Of(first, after);
        var rows = Enumerable.Range(0, 25).Where(i => i > page.AfterNumber).Take(page.Take).Select(i => new ProbeNode(i)).ToList();
        return page.Page(rows, n => n.Level.ToString(CultureInfo.InvariantCulture));
    }

    [Allow(ViewerRole.Tenant)]
    public static string WhoAmI([FromServices] Viewer viewer) => viewer.Name;
}

public sealed class ProbeMutations
{
    public static int Bumped { get; private set; }

    [Allow(ViewerRole.Operator)]
    public static int Bump() => ++Bumped;
}
