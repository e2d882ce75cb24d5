using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FinOps.Contracts;
using FinOps.Platform.Pricing;

namespace FinOps.Host.Commands;

/// <summary>Sends a file of reports of fleets to the running system. Each is answered for itself, so those without a flaw count.</summary>
internal static class ReportFleets
{
    private const int ReportsPerBody = 1_000;

    public static Command Command()
    {
        var file = new Argument<string>("FILE") { Description = "A JSON array of FleetReported objects, as POST /v1/fleets takes them; the keys notes and source are ignored." };
        var report = new Command("report", "Tell what fleets had: accelerators by state, and capacity. The same file again changes nothing.")
        {
            file, Connection.UrlOption, Connection.KeyOption,
        };
        report.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file)!, parsed, cancellation));
        return report;
    }

    /// <exception cref="HttpRequestException">The host is away, or refuses them all; the message says why.</exception>
    internal static async Task<IReadOnlyList<FleetVerdict>> SendAsync<T>(HttpClient client, IReadOnlyList<T> reports, CancellationToken cancellation)
    {
        using var answer = await client.PostAsJsonAsync("v1/fleets", reports, cancellation);
        if (answer.StatusCode == HttpStatusCode.OK)
            return (await answer.Content.ReadFromJsonAsync<FleetReceipt>(cancellation) ?? throw new HttpRequestException("The host answered 200 with null instead of a receipt.")).Verdicts;
        throw new HttpRequestException($"The host answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    /// <param name="parsed">The command line, which says where the host is and with which key.</param>
    internal static HttpClient Client(ParseResult parsed)
    {
        var client = new HttpClient { BaseAddress = Connection.Url(parsed) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Connection.Key(parsed, "fleet"));
        return client;
    }

    private static async Task<int> RunAsync(string path, ParseResult parsed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var entries = CatalogFile.Entries(path);
            using var client = Client(parsed);
            var verdicts = new List<FleetVerdict>(entries.Count);
            foreach (var reports in entries.Chunk(ReportsPerBody)) verdicts.AddRange(await SendAsync<JsonObject>(client, reports, cancellation));
            for (var i = 0; i < verdicts.Count; i++)
            {
                foreach (var flaw in verdicts[i].Flaws) await error.WriteLineAsync($"{path}: entry {i}: {flaw.Field}: {flaw.Message}");
            }

            var counts = verdicts.CountBy(v => v.Verdict).ToDictionary();
            await output.WriteLineAsync(
                $"accepted {counts.GetValueOrDefault("accepted")}, duplicates {counts.GetValueOrDefault("duplicate")}, rejected {counts.GetValueOrDefault("rejected")}");
            return counts.ContainsKey("rejected") ? 1 : 0;
        }
        catch (Exception trouble) when (trouble is CatalogFileException or HttpRequestException or InvalidOperationException)
        {
            await error.WriteLineAsync(trouble.Message);
            return 1;
        }
    }
}
