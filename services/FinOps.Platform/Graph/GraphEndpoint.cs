using System.Text.Encodings.Web;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using GraphQL;
using GraphQL.Execution;
using GraphQL.SystemTextJson;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Graph;

/// <summary>
/// GraphQL over HTTP. Statuses are those of the specification's released audits: 400 for a document that is not executed, 200 for one that
/// is, whatever its fields say; under <c>application/json</c> 200 for both.
/// </summary>
internal sealed class GraphEndpoint(
    ISchema schema, IDocumentExecuter executer, EventStreams streams, IHostApplicationLifetime host, ILogger<GraphEndpoint> log)
{
    private static readonly GraphQLDocumentBuilder Parser = new() { MaxDepth = Limits.GraphParserDepth };

    // Plain JSON for JSON readers: an apostrophe stays one. No page embeds it, and its type says so.
    private static readonly GraphQLSerializer Serializer =
        new(options => options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, new GraphErrors());

    /// <summary>A document that is nested too deep ends a process whose parser has no limit: found at the start, not by the first such document.</summary>
    /// <exception cref="InvalidOperationException">The parser reads deeper than <see cref="Limits.GraphParserDepth"/>.</exception>
    public static void RequireDepthLimit(GraphQLDocumentBuilder? parser = null)
    {
        try
        {
            (parser ?? Parser).Build(string.Concat(Enumerable.Repeat("{a", Limits.GraphParserDepth + 1)) + new string('}', Limits.GraphParserDepth + 1));
        }
        catch (GraphQLMaxDepthExceededException)
        {
            return;
        }

        throw new InvalidOperationException($"The GraphQL parser reads documents deeper than {Limits.GraphParserDepth} levels; set its MaxDepth.");
    }

    public Task GetAsync(HttpContext context) =>
        MediaTypes.WantsPage(context.Request)
            ? QueryPage.WriteAsync(context.Response)
            : AnswerAsync(context, () => Task.FromResult(GraphRequest.FromUrl(context.Request.Query)));

    public Task PostAsync(HttpContext context)
    {
        if (!MediaTypes.IsJsonBody(context.Request))
        {
            return RefuseAsync(context, MediaTypes.Answer(context.Request) ?? MediaTypes.Json, StatusCodes.Status415UnsupportedMediaType, new Rejection(
                "media_type", "Content-Type", "Send `Content-Type: application/json`, in UTF-8 and not compressed."));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.GraphBodyBytes;
        return AnswerAsync(context, () => GraphRequest.FromBodyAsync(context.Request, context.RequestAborted));
    }

    private async Task AnswerAsync(HttpContext context, Func<Task<GraphRequest>> read)
    {
        if (MediaTypes.WantsEvents(context.Request))
        {
            await StreamAsync(context, read);
            return;
        }

        if (MediaTypes.Answer(context.Request) is not { } mediaType)
        {
            await RefuseAsync(context, MediaTypes.Json, StatusCodes.Status406NotAcceptable, new Rejection(
                "not_acceptable", "Accept", $"Answers are {MediaTypes.GraphResponse} or {MediaTypes.Json}."));
            return;
        }

        try
        {
            var (result, status) = await ExecuteAsync(context, await read(), mediaType);
            await WriteAsync(context, mediaType, status, result);
        }
        catch (RejectedException refused)
        {
            await RefuseAsync(context, mediaType, StatusCodes.Status400BadRequest, [.. refused.Rejections]);
        }
        catch (BadHttpRequestException refused)
        {
            await RefuseAsync(context, mediaType, refused.StatusCode, new Rejection(
                "body_too_large", "body", $"The body must arrive whole and within {Limits.GraphBodyBytes} bytes."));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
    }

    /// <summary>Whatever is wrong with the request is told by the stream itself, as its protocol demands; only a full house is a status.</summary>
    private async Task StreamAsync(HttpContext context, Func<Task<GraphRequest>> read)
    {
        using var place = streams.Enter(context.RequestServices.GetRequiredService<Viewer>().Name);
        if (place is null)
        {
            context.Response.Headers.RetryAfter = $"{Limits.GraphStreamRetrySeconds}";
            await RefuseAsync(context, MediaTypes.Json, StatusCodes.Status429TooManyRequests, new Rejection(
                "too_many_streams", "Accept", $"A key has {Limits.GraphStreamsPerKey} streams at one time, and a process {Limits.GraphStreams}; close one."));
            return;
        }

        // A host that stops does not wait for its subscribers.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        var stream = new EventStream(context, streams.KeepAlive, (body, result, cancellation) => Serializer.WriteAsync(body, result, cancellation));
        try
        {
            ExecutionResult result;
            try
            {
                (result, _) = await ExecuteAsync(context, await read(), MediaTypes.Events);
            }
            catch (RejectedException refused)
            {
                result = Failed(refused.Rejections);
            }
            catch (BadHttpRequestException)
            {
                result = Failed(new Rejection("body_too_large", "body", $"The body must arrive whole and within {Limits.GraphBodyBytes} bytes."));
            }

            await stream.RunAsync(result, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, or we have.
        }
    }

    private async Task<(ExecutionResult Result, int Status)> ExecuteAsync(HttpContext context, GraphRequest request, string mediaType)
    {
        var refusedStatus = mediaType == MediaTypes.GraphResponse ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        GraphQLDocument document;
        try
        {
            document = Parser.Build(request.Query);
        }
        catch (Exception flaw) when (flaw is SyntaxError or GraphQLParserException)
        {
            return (Failed(new Rejection("syntax_error", "query", flaw.Message)), refusedStatus);
        }

        var kind = Operation(document, request.OperationName)?.Operation;
        if (kind == OperationType.Subscription && mediaType != MediaTypes.Events)
            return (Failed(new Rejection("not_acceptable", "Accept", $"Subscriptions are answered as {MediaTypes.Events}; accept it.")), refusedStatus);
        if (HttpMethods.IsGet(context.Request.Method) && kind == OperationType.Mutation)
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            return (Failed(new Rejection("method_not_allowed", "query", "GET asks queries only; send mutations by POST.")), StatusCodes.Status405MethodNotAllowed);
        }

        if (QueryLimits.Exceeded(document) is { } exceeded) return (Failed(exceeded), refusedStatus);
        var result = await executer.ExecuteAsync(new ExecutionOptions
        {
            Schema = schema,
            Query = request.Query,
            Document = document,
            OperationName = request.OperationName,
            Variables = request.Variables,
            RequestServices = context.RequestServices,
            CancellationToken = context.RequestAborted,
            ValidationRules = [new RoleRule(context.RequestServices.GetRequiredService<Viewer>()), .. DocumentValidator.CoreRules, new PageRule()],
            UnhandledExceptionDelegate = failure => GraphErrors.HideAsync(failure, log),
        });
        // An operation of a kind that the schema lacks counts as executed to the engine, without having reached a field.
        if (result.Data is null && result.Errors?.All(e => e.Path is null) == true) result.Executed = false;
        if (result.Executed) return (result, StatusCodes.Status200OK);
        if (result.Errors is { Count: > Limits.GraphErrorsShown } errors) result.Errors = [.. errors.Take(Limits.GraphErrorsShown)];
        var forbidden = result.Errors?.Any(e => e is RejectionError { Rejection.Code: GraphErrors.Forbidden }) == true;
        return (result, forbidden ? StatusCodes.Status403Forbidden : refusedStatus);
    }

    private static GraphQLOperationDefinition? Operation(GraphQLDocument document, string? name)
    {
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>();
        return name is null ? operations.FirstOrDefault() : operations.FirstOrDefault(o => o.Name?.Value == name);
    }

    private static ExecutionResult Failed(params IEnumerable<Rejection> rejections)
    {
        var result = new ExecutionResult();
        foreach (var rejection in rejections) result.AddError(new RejectionError(rejection));
        return result;
    }

    private static Task RefuseAsync(HttpContext context, string mediaType, int status, params IEnumerable<Rejection> rejections) =>
        WriteAsync(context, mediaType, status, Failed(rejections));

    private static async Task WriteAsync(HttpContext context, string mediaType, int status, ExecutionResult result)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{mediaType}; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await Serializer.WriteAsync(context.Response.Body, result, context.RequestAborted);
    }
}
