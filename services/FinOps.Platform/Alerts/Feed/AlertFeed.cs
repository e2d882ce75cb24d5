using System.Globalization;
using System.Threading.Channels;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Alerts.Feed;

/// <summary>
/// Tells this process's subscribers of alerts, and of what became of channels, in whatever process it happened: the database says so when it
/// is committed. After a lost connection it looks for what came meanwhile; each is told once.
/// </summary>
public sealed class AlertFeed : BackgroundService
{
    private const string OfAlerts = "finops_alert";
    private const string OfNotices = "finops_alert_notice";

    private readonly NpgsqlDataSource database;
    private readonly TimeProvider clock;
    private readonly ILogger<AlertFeed> log;
    private readonly Audience<string, RaisedAlert, AlertView> alerts;
    private readonly Audience<long, RaisedNotice, AlertNoticeView> notices;

    public AlertFeed(NpgsqlDataSource database, TimeProvider clock, ILogger<AlertFeed> log)
    {
        (this.database, this.clock, this.log) = (database, clock, log);
        alerts = new((id, cancellation) => RaisedAlert.ReadAsync(database, id, cancellation), alert => alert.View);
        notices = new((id, cancellation) => RaisedNotice.ReadAsync(database, id, cancellation), notice => notice.View);
    }

    /// <summary>Alerts that are raised from the moment of the subscription on.</summary>
    /// <param name="wants">Which of them; it decides who sees what.</param>
    public IObservable<AlertView> Alerts(Func<RaisedAlert, bool> wants) => alerts.Listen(wants);

    /// <summary>Channels that are switched off or give up from the moment of the subscription on.</summary>
    /// <param name="wants">Which of them; it decides who sees what.</param>
    public IObservable<AlertNoticeView> Notices(Func<RaisedNotice, bool> wants) => notices.Listen(wants);

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
        var heard = Channel.CreateUnbounded<(string Of, string Id)>();
        connection.Notification += (_, note) => heard.Writer.TryWrite((note.Channel, note.Payload));
        await using (var listen = new NpgsqlCommand($"listen {OfAlerts}; listen {OfNotices}", connection)) await listen.ExecuteNonQueryAsync(cancellation);
        var from = since - Limits.AlertFeedOverlap;
        foreach (var id in await RaisedAsync(from, cancellation)) await alerts.TellAsync(id, cancellation);
        foreach (var id in await NoticedAsync(from, cancellation)) await notices.TellAsync(id, cancellation);
        while (true)
        {
            while (heard.Reader.TryRead(out var news))
            {
                if (news.Of == OfAlerts) await alerts.TellAsync(news.Id, cancellation);
                else await notices.TellAsync(long.Parse(news.Id, CultureInfo.InvariantCulture), cancellation);
            }

            if (await connection.WaitAsync(Limits.AlertFeedSilence, cancellation)) continue;
            // Nothing was heard for long: a question finds out whether anybody is still there.
            await using var ask = new NpgsqlCommand("select 1", connection);
            await ask.ExecuteNonQueryAsync(cancellation);
        }
    }

    private Task<IReadOnlyList<string>> RaisedAsync(DateTimeOffset since, CancellationToken cancellation) => IdsAsync<string>(
        "select id from finops.alert where crossed_at > $1 and status <> 'SUPPRESSED' order by crossed_at, id limit $2", since, cancellation);

    private Task<IReadOnlyList<long>> NoticedAsync(DateTimeOffset since, CancellationToken cancellation) => IdsAsync<long>(
        "select id from finops.alert_notice where at > $1 order by id limit $2", since, cancellation);

    private async Task<IReadOnlyList<T>> IdsAsync<T>(string sql, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = since.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = Limits.AlertsPerSweep });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<T>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetFieldValue<T>(0));
        return ids;
    }
}
