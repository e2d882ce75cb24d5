using System.Globalization;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// What all hosts of the run log, in one file beside the tests' own output: the output stays readable, and a test that waited in vain says
/// what the hosts said last.
/// </summary>
public sealed class HostsLog : ILoggerProvider
{
    private const int TailLines = 40;
    private const int TailLetters = 300;

    private static readonly Lock Gate = new();
    private static readonly Queue<string> Last = new(TailLines);
    private static readonly Lazy<StreamWriter> File = new(() => new StreamWriter(Address) { AutoFlush = true });

    /// <summary><c>FINOPS_TEST_LOG</c>, or a file beside the tests' assembly.</summary>
    private static string Address => Environment.GetEnvironmentVariable("FINOPS_TEST_LOG") is { Length: > 0 } address
        ? address
        : Path.Combine(AppContext.BaseDirectory, "hosts.log");

    /// <summary>The last lines of all hosts.</summary>
    public static string Tail
    {
        get
        {
            lock (Gate) return string.Join('\n', Last.Select(line => line.Length > TailLetters ? line[..TailLetters] : line));
        }
    }

    /// <returns>Whether any host has logged the text since the run began.</returns>
    public static bool Holds(string text)
    {
        lock (Gate)
        {
            if (!File.IsValueCreated) return false;
            using var reader = new StreamReader(new FileStream(Address, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd().Contains(text, StringComparison.Ordinal);
        }
    }

    public static void Write(string origin, string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        var line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {origin}: {text}");
        lock (Gate)
        {
            if (Last.Count == TailLines) Last.Dequeue();
            Last.Enqueue(line);
            File.Value.WriteLine(line);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Lines(categoryName);

    public void Dispose()
    {
    }

    private sealed class Lines(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
            Write($"{level} {category}", exception is null ? text(state, exception) : $"{text(state, exception)} {exception}");
    }
}
