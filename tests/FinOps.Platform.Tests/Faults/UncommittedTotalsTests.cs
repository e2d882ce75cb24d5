using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace FinOps.Platform.Tests.Faults;

/// <summary>A write that fails leaves no trace in what a meter tells, in whatever way it fails.</summary>
public sealed class UncommittedTotalsTests(CutOffHost host) : IClassFixture<CutOffHost>
{
    /// <summary>The same in all records, whatever midnight passes: another time is another content.</summary>
    private static readonly DateTime Today = DateTimeOffset.UtcNow.Date;

    private enum Failure
    {
        CutBeforeCommit,
        CutBeforeTheAnswer,
        RefusedByTheDatabase,
        TimedOutInTheDatabase,
    }

    [Fact]
    [Trait("Reliability", "T19")]
    public async Task A_meter_never_tells_totals_that_are_not_committed()
    {
        await InstallRefusalAsync();
        var failures = Enum.GetValues<Failure>();
        var rounds = FaultRounds.Of(40, 1_000);
        for (var i = 0; i < rounds; i++)
        {
            var failure = failures[i % failures.Length];
            await ArmAsync(failure);
            var writing = PostAsync(i);
            while (!writing.IsCompleted) await NeverMoreThanCommittedAsync();
            using (var answer = await writing) Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
            await DisarmAsync();

            Assert.Equal(await CommittedAsync(), await ToldAsync());
            using var second = await PostAsync(i);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            Assert.Equal(i + 1, await ToldAsync());
        }

        Assert.Equal(rounds, await CommittedAsync());
    }

    private async Task NeverMoreThanCommittedAsync()
    {
        var told = await ToldAsync();
        Assert.InRange(told, 0, await CommittedAsync());
    }

    private async Task ArmAsync(Failure failure)
    {
        switch (failure)
        {
            case Failure.CutBeforeCommit: host.CutNext(Cut.BeforeCommit); break;
            case Failure.CutBeforeTheAnswer: host.CutNext(Cut.BeforeTheAnswer); break;
            case Failure.RefusedByTheDatabase: await ExecuteAsync("update public.refusal set how = 'raise'"); break;
            case Failure.TimedOutInTheDatabase: await ExecuteAsync("update public.refusal set how = 'time out'"); break;
            default: throw new InvalidOperationException($"Nobody knows how to make a write fail like {failure}.");
        }
    }

    private Task DisarmAsync() => ExecuteAsync("update public.refusal set how = 'not'");

    /// <summary>After everything else of a commit is written: the tally comes last.</summary>
    private Task InstallRefusalAsync() => ExecuteAsync(
        """
        create table public.refusal (how text not null);
        insert into public.refusal values ('not');
        create function refuse() returns trigger language plpgsql as $$
        declare wanted text := (select how from public.refusal);
        begin
          if wanted = 'raise' then raise exception 'refused by the test';
          elsif wanted = 'time out' then raise exception 'canceling statement due to statement timeout' using errcode = '57014';
          end if;
          return new;
        end $$;
        create trigger refuse before insert or update on finops.ingestion_tally for each row execute function refuse();
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private Task<HttpResponseMessage> PostAsync(int id) => host.Client("fleet").PostAsJsonAsync("/v1/usage", new[]
    {
        new
        {
            tenant = "uncommitted",
            id = $"{id}",
            source = "s",
            model = "m",
            occurredAt = Today,
            quantities = new { output = 1 },
        },
    });

    private Task<long> CommittedAsync() => host.NumberAsync(
        "select coalesce(sum(records), 0) from finops.bucket b join finops.series s on s.id = b.series where tenant = 'uncommitted'");

    private async Task<long> ToldAsync()
    {
        var data = await host.DataAsync("""{ meter(tenant: "uncommitted", model: "m") { records } }""");
        // A meter that has counted nothing is none.
        return data.GetProperty("meter") is { ValueKind: JsonValueKind.Object } meter ? meter.GetProperty("records").GetInt64() : 0;
    }
}
