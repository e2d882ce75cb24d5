using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>Carries batches to the platform, one at a time: each lane has its own.</summary>
internal interface IBatchTransport : IAsyncDisposable
{
    /// <summary>Sends one batch and waits for its receipt.</summary>
    /// <param name="batchId">Stays the same when the batch is sent again.</param>
    /// <param name="body">A <see cref="UsageReported"/> as JSON.</param>
    /// <param name="patience">How long to wait for the receipt.</param>
    /// <param name="cancellation">Ends the waiting; the batch may have been counted all the same.</param>
    /// <exception cref="UnansweredException">It is unknown whether the batch arrived: send it again.</exception>
    /// <exception cref="RefusedException">Sending it again would not help.</exception>
    Task<UsageReceipt> SendAsync(string batchId, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellation);
}

/// <summary>A batch got no receipt, for a reason that may pass.</summary>
/// <param name="message">Why.</param>
/// <param name="retryAfter">How long the server asks to wait; null where it does not say.</param>
/// <param name="cause">What failed; null where nothing threw.</param>
internal sealed class UnansweredException(string message, TimeSpan? retryAfter = null, Exception? cause = null) : Exception(message, cause)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The batch, or the sender, was refused, or nobody answered for too long. The message says what to do.</summary>
internal sealed class RefusedException(string message, Exception? cause = null) : Exception(message, cause);
