using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Visitors;

namespace FinOps.Platform.Graph;

/// <summary>
/// Weighs a parsed document before anything else looks at it: fields with fragments unfolded, depth, aliases, directives. The engine's own
/// validation takes time that grows faster than the document, so what is too large never gets there.
/// </summary>
internal sealed class QueryLimits
{
    private readonly Dictionary<ROM, GraphQLFragmentDefinition> fragments = [];
    private readonly Dictionary<ROM, Weight> weighed = [];
    private readonly HashSet<ROM> open = [];
    private int aliases;
    private int directives;

    /// <returns>Null when the document is within the limits.</returns>
    public static Rejection? Exceeded(GraphQLDocument document)
    {
        if (document.Definitions.Count > Limits.GraphDefinitions)
            return Refuse("definitions", $"more than {Limits.GraphDefinitions} operations and fragments");
        if (NodeCount.Of(document) > Limits.GraphNodes) return Refuse("nodes", $"more than {Limits.GraphNodes} parts");
        return new QueryLimits().Weigh(document);
    }

    private Rejection? Weigh(GraphQLDocument document)
    {
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
            fragments.TryAdd(fragment.FragmentName.Name.Value, fragment);
        var total = Weight.Nothing;
        foreach (var definition in document.Definitions.OfType<IHasSelectionSetNode>())
        {
            Count((definition as IHasDirectivesNode)?.Directives);
            if (definition is GraphQLOperationDefinition { Variables: { } variables })
            {
                foreach (var variable in variables) Count(variable.Directives);
            }

            total = total.And(Of(definition.SelectionSet));
        }

        if (total.Fields > Limits.GraphFields) return Refuse("fields", $"more than {Limits.GraphFields} fields");
        if (total.Depth > Limits.GraphDepth) return Refuse("depth", $"more than {Limits.GraphDepth} levels");
        if (aliases > Limits.GraphAliases) return Refuse("aliases", $"more than {Limits.GraphAliases} aliases");
        return directives > Limits.GraphDirectives ? Refuse("directives", $"more than {Limits.GraphDirectives} directives") : null;
    }

    private Weight Of(GraphQLSelectionSet? selections)
    {
        var sum = Weight.Nothing;
        foreach (var selection in selections?.Selections ?? [])
        {
            Count((selection as IHasDirectivesNode)?.Directives);
            if (selection is GraphQLField { Alias: not null }) aliases++;
            sum = sum.And(selection switch
            {
                GraphQLField field => Of(field.SelectionSet).Under(),
                GraphQLInlineFragment inline => Of(inline.SelectionSet),
                GraphQLFragmentSpread spread => Of(spread.FragmentName.Name.Value),
                _ => throw new InvalidOperationException($"A selection of kind {selection.Kind} is unknown."),
            });
        }

        return sum;
    }

    /// <summary>A fragment is weighed once, however often it is spread. Cycles and unknown names are left to validation, which names them.</summary>
    private Weight Of(ROM name)
    {
        if (weighed.TryGetValue(name, out var known)) return known;
        if (!fragments.TryGetValue(name, out var fragment) || !open.Add(name)) return Weight.Nothing;
        var weight = Of(fragment.SelectionSet);
        open.Remove(name);
        return weighed[name] = weight;
    }

    private void Count(GraphQLDirectives? found) => directives += found?.Count ?? 0;

    private static Rejection Refuse(string what, string how) =>
        new($"query_{what}", "query", $"The document has {how}; ask for less, or in several requests.");

    /// <summary>Counts stop growing at a billion: fragments that double twenty times must not overflow.</summary>
    private readonly record struct Weight(int Fields, int Depth)
    {
        public static readonly Weight Nothing = new(0, 0);

        public Weight And(Weight other) => new(Math.Min(1_000_000_000, Fields + other.Fields), Math.Max(Depth, other.Depth));

        public Weight Under() => new(Math.Min(1_000_000_000, Fields + 1), Depth + 1);
    }

    /// <summary>Everything that was written, arguments, values and variables too. Stops counting where it is too much.</summary>
    private sealed class NodeCount : ASTVisitor<NodeCount.Tally>
    {
        private static readonly NodeCount Counter = new();

        public static int Of(GraphQLDocument document)
        {
            var tally = new Tally();
            var visit = Counter.VisitAsync(document, tally);
            Invariant.Require(visit.IsCompletedSuccessfully, "counting waits for nothing");
            return tally.Nodes;
        }

        public override ValueTask VisitAsync(ASTNode? node, Tally context) =>
            node is null || ++context.Nodes > Limits.GraphNodes ? default : base.VisitAsync(node, context);

        public sealed class Tally : IASTVisitorContext
        {
            public int Nodes { get; set; }

            public CancellationToken CancellationToken => default;
        }
    }
}
