using System.Threading.Channels;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using GraphQL;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Graph;

/// <summary>
/// One answer as server-sent events, after the distinct connections mode of the GraphQL-over-SSE protocol: <c>next</c> for each result,
/// <c>complete</c> at the end, a comment when nothing else is said.
/// </summary>
internal sealed class EventStream(HttpContext context, TimeSpan keepAlive, Func<Stream, ExecutionResult, CancellationToken, Task> write)
{
    private static readonly byte[] Next = "event: next\ndata: "u8.ToArray();
    private static readonly byte[] Complete = "event: complete\ndata:\n\n"u8.ToArray();
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();

    /// <summary>Ends when the source does, the client has gone, falls behind or loses its access, or the host stops.</summary>
    public async Task RunAsync(ExecutionResult result, CancellationToken cancellation)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        // Proxies that gather answers would keep an alert until the next one.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (result.Streams is { Count: > 0 } streams) await FollowAsync(streams.Values.Single(), cancellation);
        else await SayAsync(result, cancellation);
        await SayAsync(Complete, cancellation);
    }

    private async Task FollowAsync(IObservable<ExecutionResult> source, CancellationToken cancellation)
    {
        var results = new Results();
        using var subscription = source.Subscribe(results);
        // From here on nothing is missed, and the client may know.
        await SayAsync(Comment, cancellation);
        while (IsStillAllowed())
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(keepAlive);
            try
            {
                if (!await results.Reader.WaitToReadAsync(silence.Token)) return;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                if (IsStillAllowed()) await SayAsync(Comment, cancellation);
                continue;
            }

            while (IsStillAllowed() && results.Reader.TryRead(out var result)) await SayAsync(result, cancellation);
        }
    }

    // A stream outlives its request's look at the key: one that was taken back ends it.
    private bool IsStillAllowed() => context.Features.Get<AccessCheck>()?.IsStillGood() ?? false;

    private async Task SayAsync(ExecutionResult result, CancellationToken cancellation)
    {
        // JSON as we write it has no line break, which would end the event's data.
        using var body = new MemoryStream();
        body.Write(Next);
        await write(body, result, cancellation);
        body.Write(End);
        await SayAsync(body.GetBuffer().AsMemory(0, (int)body.Length), cancellation);
    }

    private async Task SayAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await context.Response.Body.WriteAsync(bytes, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }

    /// <summary>What is to be said; a client that does not read is let go rather than waited for.</summary>
    private sealed class Results : IObserver<ExecutionResult>
    {
        private readonly Channel<ExecutionResult> waiting = Channel.CreateBounded<ExecutionResult>(Limits.GraphStreamBacklog);

        public ChannelReader<ExecutionResult> Reader => waiting.Reader;

        public void OnNext(ExecutionResult value)
        {
            if (!waiting.Writer.TryWrite(value)) waiting.Writer.TryComplete();
        }

        public void OnError(Exception error) => waiting.Writer.TryComplete();

        public void OnCompleted() => waiting.Writer.TryComplete();
    }
}
