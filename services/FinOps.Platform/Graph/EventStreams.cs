using System.Globalization;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Graph;

/// <summary>How many streams of events are open, in all and by one credential.</summary>
internal sealed class EventStreams
{
    private readonly Dictionary<string, int> open = [];
    private readonly Lock counting = new();
    private int all;

    public EventStreams(IConfiguration configuration) => KeepAlive =
        configuration["Graph:KeepAliveSeconds"] is not { Length: > 0 } text ? Limits.GraphStreamKeepAlive
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3_600
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"Graph__KeepAliveSeconds: '{text}' is not a number of seconds up to an hour.");

    /// <summary>How long a stream is silent before it says that it lives.</summary>
    public TimeSpan KeepAlive { get; }

    /// <summary>How many are open now.</summary>
    public int Open
    {
        get
        {
            lock (counting) return all;
        }
    }

    /// <returns>To be given back when the stream ends; null when there are too many.</returns>
    public IDisposable? Enter(string credential)
    {
        lock (counting)
        {
            var mine = open.GetValueOrDefault(credential);
            if (all >= Limits.GraphStreams || mine >= Limits.GraphStreamsPerKey) return null;
            all++;
            open[credential] = mine + 1;
            return new Place(this, credential);
        }
    }

    private void Leave(string credential)
    {
        lock (counting)
        {
            all--;
            if (--open[credential] == 0) open.Remove(credential);
        }
    }

    private sealed class Place(EventStreams streams, string credential) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) streams.Leave(credential);
        }
    }
}
