using System.Collections.Concurrent;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Alerts.Feed;

/// <summary>Who listens for one kind of news. Each piece is told once, by its id; one feed tells, so nothing here is told at once with itself.</summary>
/// <param name="read">A piece of news by its id; null where it is gone.</param>
/// <param name="show">What of it is told.</param>
internal sealed class Audience<TId, TNews, TView>(Func<TId, CancellationToken, Task<TNews?>> read, Func<TNews, TView> show)
    where TId : notnull
    where TNews : class
{
    private readonly ConcurrentDictionary<Subscriber, Func<TNews, bool>> subscribers = new();
    private readonly HashSet<TId> told = [];
    private readonly Queue<TId> toldInOrder = new();

    /// <summary>What is told from the moment of the subscription on.</summary>
    /// <param name="wants">Which of it; this decides who sees what.</param>
    public IObservable<TView> Listen(Func<TNews, bool> wants) => new News(this, wants);

    public async Task TellAsync(TId id, CancellationToken cancellation)
    {
        if (!told.Add(id)) return;
        toldInOrder.Enqueue(id);
        if (toldInOrder.Count > Limits.AlertFeedRemembered) told.Remove(toldInOrder.Dequeue());
        if (subscribers.IsEmpty || await read(id, cancellation) is not { } news) return;
        foreach (var (subscriber, wants) in subscribers)
            if (wants(news)) subscriber.Observer.OnNext(show(news));
    }

    private sealed class News(Audience<TId, TNews, TView> audience, Func<TNews, bool> wants) : IObservable<TView>
    {
        public IDisposable Subscribe(IObserver<TView> observer)
        {
            var subscriber = new Subscriber(audience, observer);
            audience.subscribers[subscriber] = wants;
            return subscriber;
        }
    }

    private sealed class Subscriber(Audience<TId, TNews, TView> audience, IObserver<TView> observer) : IDisposable
    {
        public IObserver<TView> Observer => observer;

        public void Dispose() => audience.subscribers.TryRemove(this, out _);
    }
}
