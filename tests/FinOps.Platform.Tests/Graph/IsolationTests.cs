using System.Net.Http.Json;
using FinOps.Platform.Tests.Fixtures;
using Npgsql;

namespace FinOps.Platform.Tests.Graph;

/// <summary>
/// Two tenants, each with texts and amounts that nobody else has, in every table that holds a tenant's data. Every root field of the schema
/// is called with one tenant's key and every answer is searched for the other's.
/// </summary>
public sealed class IsolationTests(IsolationTests.Host host) : IClassFixture<IsolationTests.Host>
{
    private const string GlobexText = "canary-of-globex";
    private const string GlobexAmount = "704931";

    /// <summary>Fields that show a tenant something of its own as seeded here: they prove that the search can find.</summary>
    private static readonly string[] Seeded = ["ingestion", "quarantine", "conflicts", "unitCost", "usageRecords", "models"];

    [Fact]
    public async Task No_field_shows_a_tenant_a_byte_of_another()
    {
        var schema = await SchemaWalk.OfAsync(host);
        Assert.NotEmpty(schema.Queries);
        foreach (var field in schema.Queries)
        {
            foreach (var everything in new[] { false, true })
            {
                var foreign = await host.GraphAsync(schema.Call(field, "globex", everything), role: "acme");
                Assert.True(foreign.Status is 200 or 403, $"{field.Name}: the walk cannot call it: {foreign.Text}");
                Assert.DoesNotContain(GlobexText, foreign.Text);
                Assert.DoesNotContain(GlobexAmount, foreign.Text);

                // Another's tenant and one that does not exist look the same.
                var nobody = await host.GraphAsync(schema.Call(field, "nobody", everything), role: "acme");
                Assert.Equal(nobody.Text, foreign.Text.Replace("globex", "nobody", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task The_search_finds_what_is_there()
    {
        var schema = await SchemaWalk.OfAsync(host);
        foreach (var field in schema.Queries.Where(f => Seeded.Contains(f.Name)))
        {
            var own = await host.GraphAsync(schema.Call(field, "globex", everything: false), role: "globex");
            Assert.True(own.Text.Contains(GlobexText, StringComparison.Ordinal) || own.Text.Contains(GlobexAmount, StringComparison.Ordinal), $"{field.Name}: {own.Text}");
        }
    }

    [Fact]
    public async Task A_cursor_of_anothers_list_gives_nothing_of_it()
    {
        var theirs = (await host.DataAsync("{ quarantine(first: 1) { pageInfo { endCursor } } }", role: "globex"))
            .GetProperty("quarantine").GetProperty("pageInfo").GetProperty("endCursor").GetString();
        var answer = await host.GraphAsync("query($a: String) { quarantine(after: $a) { nodes { recordId record } } }", new { a = theirs }, role: "acme");
        Assert.DoesNotContain(GlobexText, answer.Text);
    }

    [Fact]
    public async Task Many_users_at_once_each_see_their_own()
    {
        const string query = "{ ingestion { accepted } quarantine { nodes { tenant record } } conflicts { nodes { tenant } } }";
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (me, other) = i % 2 == 0 ? ("acme", "globex") : ("globex", "acme");
            var answer = await host.GraphAsync(query, role: me);
            Assert.Equal(200, answer.Status);
            Assert.Contains($"canary-of-{me}", answer.Text);
            Assert.DoesNotContain(other, answer.Text);
        });
    }

    public sealed class Host : RunningHost
    {
        /// <summary>What was refused is written where it lies; what counts comes in by the door.</summary>
        protected override async Task SeedAsync()
        {
            await Canaries.WriteAsync(Database);
            foreach (var (tenant, amount) in Canaries.Tenants)
            {
                var name = $"canary-of-{tenant}";
                var record = new
                {
                    tenant,
                    id = name,
                    model = name,
                    fleet = name,
                    occurredAt = "2026-01-10T12:00:00Z",
                    quantities = new { uncachedInput = amount, output = amount },
                    tags = new { key = name },
                };
                using var answer = await Client("fleet").PostAsJsonAsync(
                    "/v1/usage", new { batchId = name, source = name, backfill = name, records = new[] { record } });
                Assert.Equal(1, (await answer.Content.ReadAsStringAsync()).Split("\"accepted\"").Length - 1);
                // Voided and brought back: the correction and its reason are the tenant's own, too.
                var identity = $"tenant: \"{tenant}\", source: \"{name}\", id: \"{name}\", reason: \"{name}\"";
                await DataAsync($"mutation {{ voidRecord(input: {{ {identity} }}) {{ changed }} }}");
                await DataAsync($"mutation {{ amendRecord(input: {{ {identity}, content: {{}} }}) {{ changed }} }}");
            }
        }
    }
}

/// <summary>What the two tenants have.</summary>
internal static class Canaries
{
    public static readonly (string Tenant, int Amount)[] Tenants = [("acme", 503117), ("globex", 704931)];

    public static async Task WriteAsync(NpgsqlDataSource database)
    {
        foreach (var (tenant, amount) in Tenants)
        {
            await RunAsync(database, "insert into finops.ingestion_tally values ($1, 0, $2, $2, $2, $2, now())", tenant, (long)amount);
            await RunAsync(
                database,
                """
                insert into finops.quarantined_record (received_at, fingerprint, door, batch_id, backfill, source, tenant, record_id, reason, field, message, record)
                select now(), gen_random_uuid(), 'http', 'canary-of-' || $1, null, 'canary-of-' || $1, $1, 'canary-of-' || $1 || n, 'quantity_negative',
                       'quantities.output', 'canary-of-' || $1, '{"tenant":"' || $1 || '","note":"canary-of-' || $1 || '"}'
                from generate_series(1, 7) n
                """, tenant);
            await RunAsync(
                database,
                """
                insert into finops.usage_conflict (seen_at, key_high, key_low, content, tenant, source, record_id, model, batch_id, record)
                select now(), n, n, hashtextextended($1, 0), $1, 'canary-of-' || $1, 'canary-of-' || $1 || n, 'canary-of-' || $1, 'canary-of-' || $1,
                       jsonb_build_object('tenant', $1, 'note', 'canary-of-' || $1)
                from generate_series(1, 3) n
                """, tenant);
            await RunAsync(
                database,
                """
                insert into finops.dead_letter (received_at, fingerprint, queue, exchange, routing_key, reason, message, content_type, headers, body)
                values (now(), gen_random_uuid(), 'usage', 'e', '', 'unreadable', 'canary-of-' || $1, 'text/plain', '{}', convert_to('canary-of-' || $1, 'UTF8'))
                """, tenant);
        }

        // Nobody's: no tenant could be read.
        await RunAsync(
            database,
            """
            insert into finops.quarantined_record (received_at, fingerprint, door, tenant, reason, field, message, record)
            values (now(), gen_random_uuid(), 'http', null, 'tenant_missing', 'tenant', $1, 'canary-of-globex')
            """, "The tenant is missing.");
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
