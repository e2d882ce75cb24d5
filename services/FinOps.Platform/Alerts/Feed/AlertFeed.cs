using System.Collections.Concurrent;
using System.Threading.Channels;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Alerts.Feed;

/// <summary>
/// Tells this process's subscribers of alerts, in whatever process they were raised: the database says so when one is committed. After a
/// lost connection it looks for what was raised meanwhile; an alert is told once.
/// </summary>
public sealed class AlertFeed(NpgsqlDataSource database, TimeProvider clock, ILogger<AlertFeed> log) : BackgroundService
{
    private readonly ConcurrentDictionary<Subscriber, Func<RaisedAlert, bool>> subscribers = new();
    private readonly HashSet<string> told = [];
    private readonly Queue<string> toldInOrder = new();

    /// <summary>Alerts that are raised from the moment of the subscription on.</summary>
    /// <param name="wants">Which of them; it decides who sees what.</param>
    public IObservable<AlertView> Listen(Func<RaisedAlert, bool> wants) => new Alerts(this, wants);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var since = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(since, stoppingToken);
            }
            catch (Exception lost) when (!stoppingToken.IsCancellationRequested)
            {
                since = clock.GetUtcNow();
                log.LogWarning("The feed of alerts lost its connection and tries again: {Reason}", lost.Message);
                await Task.Delay(Limits.AlertFeedPause, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var heard = Channel.CreateUnbounded<string>();
        connection.Notification += (_, note) => heard.Writer.TryWrite(note.Payload);
        await using (var listen = new NpgsqlCommand("listen finops_alert", connection)) await listen.ExecuteNonQueryAsync(cancellation);
        foreach (var id in await RaisedAsync(since - Limits.AlertFeedOverlap, cancellation)) await TellAsync(id, cancellation);
        while (true)
        {
            while (heard.Reader.TryRead(out var id)) await TellAsync(id, cancellation);
            if (await connection.WaitAsync(Limits.AlertFeedSilence, cancellation)) continue;
            // Nothing was heard for long: a question finds out whether anybody is still there.
            await using var ask = new NpgsqlCommand("select 1", connection);
            await ask.ExecuteNonQueryAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<string>> RaisedAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select id from finops.alert where crossed_at > $1 and status <> 'SUPPRESSED' order by crossed_at, id limit $2");
        command.Parameters.Add(new NpgsqlParameter { Value = since.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = Limits.AlertsPerSweep });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetString(0));
        return ids;
    }

    private async Task TellAsync(string id, CancellationToken cancellation)
    {
        if (!told.Add(id)) return;
        toldInOrder.Enqueue(id);
        if (toldInOrder.Count > Limits.AlertFeedRemembered) told.Remove(toldInOrder.Dequeue());
        if (subscribers.IsEmpty || await RaisedAlert.ReadAsync(database, id, cancellation) is not { } alert) return;
        foreach (var (subscriber, wants) in subscribers)
            if (wants(alert)) subscriber.Observer.OnNext(alert.View);
    }

    private sealed class Alerts(AlertFeed feed, Func<RaisedAlert, bool> wants) : IObservable<AlertView>
    {
        public IDisposable Subscribe(IObserver<AlertView> observer)
        {
            var subscriber = new Subscriber(feed, observer);
            feed.subscribers[subscriber] = wants;
            return subscriber;
        }
    }

    private sealed class Subscriber(AlertFeed feed, IObserver<AlertView> observer) : IDisposable
    {
        public IObserver<AlertView> Observer => observer;

        public void Dispose() => feed.subscribers.TryRemove(this, out _);
    }
}
