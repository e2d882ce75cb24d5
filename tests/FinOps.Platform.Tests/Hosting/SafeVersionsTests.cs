using System.Xml.Linq;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Fixtures;
using GraphQL.Execution;

namespace FinOps.Platform.Tests.Hosting;

[Trait("Reliability", "T13")]
public sealed class SafeVersionsTests
{
    public static TheoryData<string> Assemblies => [.. SafeVersions.Rules.Select(r => r.Assembly)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_library_that_is_older_than_the_tests_know_is_refused_by_name(string assembly)
    {
        var older = new Version(SafeVersions.Loaded(assembly).Major - 1, 99, 99);
        var flaw = Assert.Single(SafeVersions.Flaws(SafeVersions.Rules, r => r.Assembly == assembly ? older : SafeVersions.Loaded(r.Assembly)));
        Assert.StartsWith($"{assembly} {older} ", flaw, StringComparison.Ordinal);
        Assert.Contains("Directory.Packages.props", flaw, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_built_is_safe() => SafeVersions.Require();

    [Fact]
    public void The_rules_follow_the_versions_that_are_built_and_tested()
    {
        var pinned = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(p => (string)p.Attribute("Include")!, p => Version.Parse((string)p.Attribute("Version")!));
        foreach (var (assembly, package) in new[] { ("Marten", "Marten"), ("Npgsql", "Npgsql"), ("Orleans.Runtime", "Microsoft.Orleans.Server"), ("GraphQL", "GraphQL"), ("MassTransit", "MassTransit.RabbitMQ") })
            Assert.Equal(pinned[package], SafeVersions.Rules.Single(r => r.Assembly == assembly).Lowest);
    }

    [Fact]
    public void A_parser_without_a_limit_of_depth_is_refused()
    {
        GraphEndpoint.RequireDepthLimit();
        Assert.Contains("MaxDepth", Assert.Throws<InvalidOperationException>(
            () => GraphEndpoint.RequireDepthLimit(new GraphQLDocumentBuilder { MaxDepth = int.MaxValue })).Message, StringComparison.Ordinal);
    }
}
