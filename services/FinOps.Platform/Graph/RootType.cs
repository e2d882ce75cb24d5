using System.Reflection;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Graph;

/// <summary>Query, Mutation or Subscription: the public static methods of the capabilities' classes, each a field, each with its <see cref="AllowAttribute"/>.</summary>
internal sealed class RootType : ObjectGraphType
{
    public RootType(string name, IEnumerable<Type> classes)
    {
        Name = name;
        foreach (var type in classes)
        {
            foreach (var method in Methods(type)) Require(type, method);
            var part = (IObjectGraphType)Activator.CreateInstance(typeof(RootPart<>).MakeGenericType(type))!;
            foreach (var field in part.Fields)
            {
                if (HasField(field.Name)) throw new InvalidOperationException($"{name}.{field.Name} is declared twice; the second time in {type.Name}.");
                AddField(field);
            }
        }
    }

    public static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(m => !m.IsSpecialName);

    private static void Require(Type type, MethodInfo method)
    {
        if (method.GetCustomAttribute<AllowAttribute>() is null)
            throw new InvalidOperationException($"{type.Name}.{method.Name} lacks [Allow]: state which roles may call it.");
        // Fields of one query run side by side in one scope, which a Marten session does not bear.
        if (method.GetParameters().Any(p => p.ParameterType.IsAssignableTo(typeof(Marten.IQuerySession))))
            throw new InvalidOperationException($"{type.Name}.{method.Name} takes a session; take IDocumentStore and open one.");
    }
}

/// <summary>The fields of one capability's class.</summary>
internal sealed class RootPart<T> : AutoRegisteringObjectGraphType<T>
{
    protected override IEnumerable<MemberInfo> GetRegisteredMembers() => RootType.Methods(typeof(T));

    protected override FieldType? CreateField(MemberInfo memberInfo)
    {
        var allowed = memberInfo.GetCustomAttribute<AllowAttribute>()!;
        var field = base.CreateField(memberInfo)
            ?? throw new InvalidOperationException($"{typeof(T).Name}.{memberInfo.Name} is no GraphQL field.");
        if (field.StreamResolver is { } stream) field.StreamResolver = new GuardedStream(stream, allowed);
        else field.Resolver = new Guarded(field.Resolver!, allowed);
        return field.WithMetadata(nameof(AllowAttribute), allowed);
    }

    /// <summary>Refusals become errors with a code and a field. That the role may call was decided before; here it must hold.</summary>
    private sealed class Guarded(IFieldResolver inner, AllowAttribute allowed) : IFieldResolver
    {
        public async ValueTask<object?> ResolveAsync(IResolveFieldContext context)
        {
            RequireRole(context, allowed);
            try
            {
                return await inner.ResolveAsync(context);
            }
            catch (RejectedException refused)
            {
                throw Errors(refused, context);
            }
        }
    }

    /// <summary>The same for what starts a stream; what comes through it was resolved already.</summary>
    private sealed class GuardedStream(ISourceStreamResolver inner, AllowAttribute allowed) : ISourceStreamResolver
    {
        public async ValueTask<IObservable<object?>> ResolveAsync(IResolveFieldContext context)
        {
            RequireRole(context, allowed);
            try
            {
                return await inner.ResolveAsync(context);
            }
            catch (RejectedException refused)
            {
                throw Errors(refused, context);
            }
        }
    }

    private static void RequireRole(IResolveFieldContext context, AllowAttribute allowed)
    {
        var viewer = context.RequestServices!.GetRequiredService<Viewer>();
        Invariant.Require(allowed.Roles.Contains(viewer.Role), $"{context.FieldDefinition.Name} is not called by {viewer.Role}");
    }

    private static RejectionError Errors(RejectedException refused, IResolveFieldContext context)
    {
        // The engine gives the thrown error its path; the others take the same.
        var path = context.ResponsePath.ToList();
        foreach (var rejection in refused.Rejections.SkipLast(1)) context.Errors.Add(new RejectionError(rejection) { Path = path });
        return new RejectionError(refused.Rejections[^1]);
    }
}
