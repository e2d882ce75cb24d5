using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Tests;

/// <summary>The README is true: its file is published, its query is asked, its answer is compared.</summary>
public sealed partial class ReadmeTests(ReadmeTests.HostWithCatalog host) : IClassFixture<ReadmeTests.HostWithCatalog>
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task The_question_of_the_README_has_the_answer_that_it_shows()
    {
        var plan = new PublishPlan { Files = [new TraceFile(Path.Combine(Repository.Root, "docs/example/usage.jsonl"), new TraceOptions())] };
        var session = new PublishSession(() => new RabbitMqTransport(host.Broker), 4, 20, TimeSpan.FromMinutes(2)) { Out = TextWriter.Null, Error = TextWriter.Null };
        await session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, default), default);

        var answer = await host.DataAsync(Block("graphql"), role: "finance");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Block("json")), JsonNode.Parse(answer.GetRawText())), answer.GetRawText());
    }

    [Fact]
    public void Every_link_of_the_README_and_the_docs_leads_somewhere()
    {
        foreach (var page in Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "README.md")))
        {
            foreach (Match link in Links().Matches(File.ReadAllText(page)))
            {
                var target = link.Groups[1].Value;
                if (target.StartsWith("http", StringComparison.Ordinal) || target.StartsWith('#')) continue;
                var path = Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0]);
                Assert.True(Path.Exists(path), $"{page} links to {target}, which is not there.");
            }
        }
    }

    private static string Block(string language) => Blocks().Matches(Readme).First(b => b.Groups[1].Value == language).Groups[2].Value;

    [GeneratedRegex(@"```(\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();

    public sealed class HostWithCatalog : RunningHost
    {
        protected override void Configure(WebApplicationBuilder builder) =>
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Catalog:Path"] = Path.Combine(Repository.Root, "infra/catalog") });
    }
}
