using System.Runtime.CompilerServices;
using FinOps.Platform.Graph;
using GraphQL;
using GraphQL.Utilities;

namespace FinOps.Platform.Tests.Graph;

public sealed class SchemaSnapshotTests
{
    [Fact]
    public void The_schema_is_the_one_that_was_reviewed()
    {
        var schema = EngineTests.Schema(GraphModule.Capabilities.Queries, GraphModule.Capabilities.Mutations);
        var printed = schema.Print(new PrintOptions { IncludeDescriptions = false, StringComparison = StringComparison.Ordinal });
        Snapshot.Compare(printed.ReplaceLineEndings("\n").TrimEnd() + "\n", "schema.graphql");
    }
}

/// <summary>A text under version control that a test compares: a change of it is a change that a reviewer sees.</summary>
internal static class Snapshot
{
    public static void Compare(string actual, string file, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, file);
        if (Environment.GetEnvironmentVariable("FINOPS_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{file} is missing; write it with FINOPS_UPDATE_SNAPSHOTS=1 and review it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
