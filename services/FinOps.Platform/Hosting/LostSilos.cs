namespace FinOps.Platform.Hosting;

/// <summary>
/// Says that a silo went, or that one is there again after none was. Orleans lets the calls that were under way, or were made meanwhile,
/// wait for their timeout of 30 s, although the connections are known at once; whoever may repeat a call need not wait.
/// </summary>
internal sealed class LostSilos : IDisposable
{
    private CancellationTokenSource next = new();

    /// <summary>Cancelled when calls that are made from now on may have no answer.</summary>
    public CancellationToken Next => Volatile.Read(ref next).Token;

    public void Changed(object? sender, GatewayCountChangedEventArgs gateways)
    {
        var isLoss = gateways.NumberOfConnectedGateways < gateways.PreviousNumberOfConnectedGateways;
        var isReturn = gateways.PreviousNumberOfConnectedGateways == 0;
        if (!isLoss && !isReturn) return;
        // Not disposed: callers may still be about to link to its token.
        Interlocked.Exchange(ref next, new CancellationTokenSource()).Cancel();
    }

    public void Dispose() => next.Dispose();
}
