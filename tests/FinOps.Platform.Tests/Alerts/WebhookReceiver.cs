using System.Collections.Concurrent;
using System.Threading.Channels;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>A tenant's receiver on loopback: keeps what comes and answers what it was told to, by path.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Channel<Received>> inboxes = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> answers = new();
    private int requests;

    private WebhookReceiver(WebApplication app) => this.app = app;

    public int Requests => requests;

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>A URL of its own, which answers these codes one after the other and then 200.</summary>
    public string Url(string path, params int[] codes)
    {
        answers[$"/{path}"] = new ConcurrentQueue<int>(codes);
        return $"{app.Urls.Single()}/{path}";
    }

    /// <summary>The next call on a path.</summary>
    public async Task<Received> NextAsync(string path) =>
        await Inbox($"/{path}").Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

    /// <summary>Calls on a path that nobody took.</summary>
    public int Waiting(string path) => Inbox($"/{path}").Reader.Count;

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private Channel<Received> Inbox(string path) => inboxes.GetOrAdd(path, _ => Channel.CreateUnbounded<Received>());

    private async Task TakeAsync(HttpContext http)
    {
        Interlocked.Increment(ref requests);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var path = http.Request.Path.Value!;
        http.Response.StatusCode = answers.TryGetValue(path, out var codes) && codes.TryDequeue(out var code) ? code : 200;
        if (http.Response.StatusCode == 302) http.Response.Headers.Location = $"{app.Urls.Single()}/elsewhere";
        await http.Response.WriteAsync("the receiver's own words");
        Inbox(path).Writer.TryWrite(new Received(
            http.Request.Headers["webhook-id"].ToString(), http.Request.Headers["webhook-timestamp"].ToString(),
            http.Request.Headers["webhook-signature"].ToString(), body.ToArray()));
    }
}

/// <summary>One call of ours.</summary>
public sealed record Received(string Id, string Timestamp, string Signature, byte[] Body);
