using FinOps.Simulation.Broker;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Load;

/// <summary>Sends batches, a few under way at a time, and each again under the same ids until it is answered.</summary>
internal sealed class Source(World world, Workload workload, int number)
{
    // A source outlives the run: what it sent and had no answer for, it sends again.
    private readonly Life life = new(world.Loop);
    private readonly bool speaksHttp = number % 3 == 2;
    private readonly TimeSpan skew = world.Faults.Strike(Fault.SkewedAhead, 0.25)
        ? world.Dice.Seconds(200, 720)
        : world.Dice.Seconds(-60, 2);

    private int underWay;
    private Promise<bool>? answered;

    public bool IsDone { get; private set; }

    public async Task RunAsync(int records)
    {
        while (records > 0)
        {
            await life.Pause(Breath());
            await FewerUnderWayAsync(Sizes.BatchesUnderWayPerSource);
            var size = Math.Min(records, 1 + world.Dice.Below(world.Dice.Chance(0.1) ? 60 : 20));
            records -= size;
            // Who reports call by call sends a request for each, many at a time.
            if (speaksHttp && world.Dice.Chance(0.5))
            {
                for (var i = 0; i < size; i++) Send(1);
            }
            else
            {
                Send(size);
            }

            world.Disturbances.Maybe();
        }

        await FewerUnderWayAsync(1);
        IsDone = true;
    }

    private void Send(int records)
    {
        underWay++;
        var batch = workload.Next(records, world.Loop.Now + skew, world.Loop.Now, mayBePoison: !speaksHttp);
        world.Oracle.Sent(batch);
        world.Loop.Start(() => SendAsync(batch));
    }

    private async Task SendAsync(Batch batch)
    {
        var isAtBroker = false;
        for (var attempt = 1; ; attempt++)
        {
            if (attempt > 1) world.Faults.Count(Fault.BatchResent);
            var isAnswered = speaksHttp ? await PostAsync(batch) : await PublishAsync(batch, attempt, () => isAtBroker = true);
            // What the broker has confirmed will be found among the dead letters; what it has not is nobody's but the source's.
            if (isAnswered || (batch.IsPoison && isAtBroker && attempt >= Sizes.TriesWithPoison)) break;
            await life.Pause(world.Dice.Seconds(1, 5 * attempt));
        }

        underWay--;
        answered?.Keep(true);
    }

    private async Task FewerUnderWayAsync(int batches)
    {
        while (underWay >= batches)
        {
            answered = new Promise<bool>(life);
            await answered.Task;
        }
    }

    private async Task<bool> PostAsync(Batch batch)
    {
        var answer = new Promise<bool>(life);
        world.Loop.After(TimeSpan.FromSeconds(60), () => answer.Keep(false));
        var host = world.Dice.Of(world.Hosts);
        if (!world.Faults.Strike(Fault.RequestLost, 0.02)) world.Loop.After(world.Dice.Hop(), () => host.Post(batch, answer));
        return await answer.Task;
    }

    private async Task<bool> PublishAsync(Batch batch, int attempt, Action confirmed)
    {
        var receipt = new Promise<bool>(life);
        world.Loop.After(TimeSpan.FromSeconds(60 * attempt), () => receipt.Keep(false));
        // Where it is unknown whether the broker has it, it is sent again at once.
        if (await ConfirmedAsync(batch, receipt) || await ConfirmedAsync(batch, receipt)) confirmed();

        return await receipt.Task;
    }

    private async Task<bool> ConfirmedAsync(Batch batch, Promise<bool> receipt)
    {
        var confirm = new Promise<bool>(life);
        world.Loop.After(TimeSpan.FromSeconds(10), () => confirm.Keep(false));
        if (!world.Faults.Strike(Fault.PublishLost, 0.02))
            world.Loop.After(world.Dice.Hop(), () => world.Broker.Publish(new Message(batch, receipt), confirm));
        return await confirm.Task;
    }

    private TimeSpan Breath() =>
        world.Dice.Chance(0.93) ? world.Dice.Milliseconds(0, 200)
        : world.Dice.Chance(0.8) ? world.Dice.Seconds(60, 3_600)
        : world.Dice.Seconds(3_600, 60_000);
}
