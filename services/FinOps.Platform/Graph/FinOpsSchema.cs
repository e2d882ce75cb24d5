using FinOps.Platform.Graph.Scalars;
using GraphQL.Types;

namespace FinOps.Platform.Graph;

/// <summary>The classes whose static methods are the root fields.</summary>
internal sealed record GraphCapabilities(IReadOnlyList<Type> Queries, IReadOnlyList<Type> Mutations)
{
    public IReadOnlyList<Type> Subscriptions { get; init; } = [];
}

/// <summary>The schema, built from the capabilities once at the start; whatever is wrong with it stops the start.</summary>
internal sealed class FinOpsSchema : Schema
{
    public FinOpsSchema(IServiceProvider provider, GraphCapabilities capabilities)
        : base(new GraphTypes(provider))
    {
        RegisterTypeMapping(typeof(long), typeof(LongScalar));
        RegisterTypeMapping(typeof(decimal), typeof(DecimalScalar));
        RegisterTypeMapping(typeof(double), typeof(FloatScalar));
        RegisterTypeMapping(typeof(DateTimeOffset), typeof(InstantScalar));
        // The standard introspection query of today's tools asks for both.
        Features.RepeatableDirectives = true;
        Features.DeprecationOfInputValues = true;
        Query = new RootType("Query", capabilities.Queries);
        if (capabilities.Mutations.Count > 0) Mutation = new RootType("Mutation", capabilities.Mutations);
        if (capabilities.Subscriptions.Count > 0) Subscription = new RootType("Subscription", capabilities.Subscriptions);
        Initialize();
    }

    /// <summary>Graph types are made where they are needed; nobody registers them.</summary>
    private sealed class GraphTypes(IServiceProvider provider) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType.IsAssignableTo(typeof(IGraphType)) ? Activator.CreateInstance(serviceType) : provider.GetService(serviceType);
    }
}
