using System.Text.RegularExpressions;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation;
using GraphQLParser.AST;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Graph;

/// <summary>A refused command or a refused document, as GraphQL shows it: message, code, field.</summary>
internal sealed class RejectionError : ValidationError
{
    public RejectionError(Rejection rejection)
        : base(rejection.Message)
    {
        Rejection = rejection;
    }

    public Rejection Rejection { get; }
}

/// <summary>Each error of an answer says what to mend: <c>extensions { code field }</c>. What we did not foresee says nothing but its number.</summary>
internal sealed partial class GraphErrors : IErrorInfoProvider
{
    /// <summary>The code of a field that the viewer's role may not call.</summary>
    public const string Forbidden = "forbidden";

    public ErrorInfo GetInfo(ExecutionError error)
    {
        var (code, field) = error switch
        {
            RejectionError { Rejection: var rejection } => (rejection.Code, rejection.Field),
            UnhandledError => ("internal_error", null),
            ValidationError validation => (Code(error), Field(validation)),
            _ => (Code(error), null),
        };
        return new ErrorInfo
        {
            // The engine repeats what was sent; a megabyte of unknown names need not come back.
            Message = error.Message.Length <= Limits.GraphMessage ? error.Message : error.Message[..Limits.GraphMessage] + "…",
            Extensions = new Dictionary<string, object?> { ["code"] = code, ["field"] = field },
        };
    }

    /// <summary>Something of ours broke: the log has it once, under the number that the caller is given.</summary>
    public static Task HideAsync(UnhandledExceptionContext context, ILogger log)
    {
        // A field below the root may refuse what it is asked, too: that is no fault of ours.
        if (context.OriginalException is RejectedException refused)
        {
            foreach (var rejection in refused.Rejections.SkipLast(1)) context.FieldContext?.Errors.Add(new RejectionError(rejection) { Path = context.FieldContext.ResponsePath });
            context.Exception = new RejectionError(refused.Rejections[^1]);
            return Task.CompletedTask;
        }

        var number = Guid.NewGuid().ToString("N");
        var field = context.FieldContext is { } at ? $"{at.ParentType.Name}.{at.FieldDefinition.Name}" : "the document";
        log.LogError(context.OriginalException, "GraphQL failed at {Field}: error {Number}", field, number);
        context.ErrorMessage = $"Something failed on our side. The log has it as error {number}.";
        return Task.CompletedTask;
    }

    private static string Code(ExecutionError error) => (error.Code ?? "invalid_request").ToLowerInvariant();

    private static string? Field(ValidationError error)
    {
        // The engine names the part of a variable in its message alone: "Variable '$input.amount' is invalid."
        if (error is InvalidVariableError && VariablePath().Match(error.Message) is { Success: true } path) return path.Groups[1].Value;
        return error.Nodes.LastOrDefault() switch
        {
            GraphQLArgument argument => argument.Name.StringValue,
            GraphQLObjectField field => field.Name.StringValue,
            GraphQLField field => field.Name.StringValue,
            GraphQLVariableDefinition variable => variable.Variable.Name.StringValue,
            _ => null,
        };
    }

    [GeneratedRegex(@"^Variable '\$([^']+)'")]
    private static partial Regex VariablePath();
}
