using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FinOps.Platform.Metering;

/// <summary><c>POST /v1/usage</c>: a `UsageReported`, a JSON array of records, or one record per line. 200 with a verdict per record.</summary>
internal sealed class UsageEndpoint(RecordUsage recordUsage, Intake intake)
{
    // The first guess for a body that comes in chunks; it doubles.
    private const int UnannouncedBytes = 4095;

    public async Task PostAsync(HttpContext http)
    {
        var viewer = http.Features.Get<Viewer>() ?? throw new InvalidOperationException("Access let a request pass without a viewer.");
        var body = await BodyAsync(http.Request);
        if (body is null)
        {
            await Problem(StatusCodes.Status413PayloadTooLarge, $"A body has at most {Limits.MessageBytes} bytes; send several batches.").ExecuteAsync(http);
            return;
        }

        ReportedBatch batch;
        try
        {
            batch = IsLines(http.Request) ? ReadBody.Lines(body.Value) : ReadBody.Http(body.Value);
        }
        catch (UnreadableBodyException e)
        {
            await Problem(StatusCodes.Status400BadRequest, e.Message).ExecuteAsync(http);
            return;
        }

        using var room = intake.TryEnter(batch.Records.Count);
        if (room is null)
        {
            await TryAgain(http, "More records are under way than fit.").ExecuteAsync(http);
            return;
        }

        UsageReceipt receipt;
        try
        {
            // One record is on its way whoever leaves; to ask for the token that tells would cost each request one.
            var leaving = batch.Records.Count == 1 ? CancellationToken.None : http.RequestAborted;
            receipt = await recordUsage.RecordAsync(batch, new Sender("http", viewer), leaving);
        }
        catch (Exception e) when (
            e is MeterOverloadedException or BooksUnavailableException or OrleansException || e.Passes())
        {
            // Nothing is lost: what was committed will be answered as a duplicate, the rest was not counted.
            await TryAgain(http, "The books could not be written just now.").ExecuteAsync(http);
            return;
        }

        var answer = JsonSerializer.SerializeToUtf8Bytes(receipt, ReceiptJson.Default.UsageReceipt);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = answer.Length;
        await http.Response.BodyWriter.WriteAsync(answer);
    }

    private static bool IsLines(HttpRequest request) =>
        request.ContentType?.Contains("ndjson", StringComparison.OrdinalIgnoreCase) == true
        || request.ContentType?.Contains("jsonl", StringComparison.OrdinalIgnoreCase) == true;

    /// <returns>Null when the body is larger than allowed.</returns>
    internal static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpRequest request)
    {
        if (request.ContentLength > Limits.MessageBytes) return null;
        // Room for one byte more than was announced: the read that finds none is the end.
        var body = new byte[(int)(request.ContentLength ?? UnannouncedBytes) + 1];
        var length = 0;
        int read;
        while ((read = await request.Body.ReadAsync(body.AsMemory(length))) > 0)
        {
            length += read;
            if (length > Limits.MessageBytes) return null;
            if (length == body.Length) Array.Resize(ref body, 2 * length);
        }

        return body.AsMemory(0, length);
    }

    internal static ProblemHttpResult TryAgain(HttpContext http, string why)
    {
        http.Response.Headers.RetryAfter = $"{Limits.RetryAfterSeconds}";
        return Problem(StatusCodes.Status503ServiceUnavailable, $"{why} Send the same batch again after {Limits.RetryAfterSeconds} s.");
    }

    internal static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
