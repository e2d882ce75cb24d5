using System.Reflection;
using GraphQL;
using GraphQL.Types;

namespace FinOps.Platform.Graph;

/// <summary>A plain class or record of ours is a GraphQL type by itself: its properties and methods are the fields.</summary>
internal sealed class TypeMapping : IGraphTypeMappingProvider
{
    public Type? GetGraphTypeFromClrType(Type clrType, bool isInputType, Type? preferredType)
    {
        if (preferredType is not null) return preferredType;
        if (clrType.Namespace?.StartsWith("FinOps.", StringComparison.Ordinal) != true) return null;
        if (clrType.IsEnum) return typeof(EnumerationGraphType<>).MakeGenericType(clrType);
        return (isInputType ? typeof(AutoRegisteringInputObjectGraphType<>) : typeof(RowType<>)).MakeGenericType(clrType);
    }
}

/// <summary>An answer's type: what an instance shows, nothing static. A connection takes its rows' name.</summary>
internal sealed class RowType<T> : AutoRegisteringObjectGraphType<T>
{
    protected override void ConfigureGraph()
    {
        base.ConfigureGraph();
        if (!typeof(T).IsGenericType) return;
        var row = typeof(T).GetGenericArguments()[0];
        var name = row.GetCustomAttribute<ConnectionNameAttribute>()?.Name ?? row.GetCustomAttribute<NameAttribute>()?.Name ?? row.Name;
        if (typeof(T).GetGenericTypeDefinition() == typeof(Connection<>)) Name = $"{name}Connection";
        if (typeof(T).GetGenericTypeDefinition() == typeof(Edge<>)) Name = $"{name}Edge";
    }

    protected override IEnumerable<MemberInfo> GetRegisteredMembers() => base.GetRegisteredMembers().Where(member => member switch
    {
        PropertyInfo property => !property.GetMethod!.IsStatic,
        MethodInfo method => !method.IsStatic && method.GetBaseDefinition().DeclaringType != typeof(object),
        _ => false,
    });
}
