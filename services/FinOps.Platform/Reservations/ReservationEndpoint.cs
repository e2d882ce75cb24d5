using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Reservations;

/// <summary>
/// <c>POST /v1/reservations</c>, <c>POST /v1/reservations/{key}/commit</c>, <c>DELETE /v1/reservations/{key}?budget=…</c>. 200 with a verdict;
/// 400 for a body that is none; 404, 409 or 422 with every reason why the order cannot be done; 503 while the books are away and the
/// budget stays closed without them.
/// </summary>
internal sealed class ReservationEndpoint(ReservationDesk desk)
{
    /// <summary>Says what the gateway is to do when nobody answers: <c>open</c> or <c>closed</c>.</summary>
    public const string WhenAwayHeader = "FinOps-When-Away";

    public Task ReserveAsync(HttpContext http) =>
        AnswerAsync(http, async viewer => await BodyAsync(http) is { } body ? await desk.ReserveAsync(body, viewer, http.RequestAborted) : null);

    public Task CommitAsync(HttpContext http) =>
        AnswerAsync(http, async viewer => await BodyAsync(http) is { } body ? await desk.CommitAsync(Key(http), body, viewer, http.RequestAborted) : null);

    public Task ReleaseAsync(HttpContext http) => AnswerAsync(http, async viewer =>
        await desk.ReleaseAsync(
            Key(http), new ReservationBody { Budget = Asked(http, "budget"), Tenant = Asked(http, "tenant"), Model = Asked(http, "model"), Fleet = Asked(http, "fleet") },
            viewer, http.RequestAborted));

    private static async Task AnswerAsync(HttpContext http, Func<Viewer, Task<ReservationAnswer?>> act)
    {
        var viewer = http.Features.Get<Viewer>() ?? throw new InvalidOperationException("Access let a request pass without a viewer.");
        try
        {
            if (await act(viewer) is not { } answer) return;
            if (answer.Budgets.Count > 0) http.Response.Headers[WhenAwayHeader] = answer.Budgets.Any(b => b.WhenAway == "closed") ? "closed" : "open";
            await WriteAsync(http, StatusCodes.Status200OK, "application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(answer, ReservationJson.Default.ReservationAnswer));
        }
        catch (JsonException flaw)
        {
            await UsageEndpoint.Problem(StatusCodes.Status400BadRequest, $"The body is not a reservation: {flaw.Message}").ExecuteAsync(http);
        }
        catch (RejectedException refused)
        {
            await TypedResults.Json(
                new Refusal(refused.Rejections), JsonSerializerOptions.Web, "application/problem+json", StatusOf(refused)).ExecuteAsync(http);
        }
        catch (GateAwayException away)
        {
            http.Response.Headers[WhenAwayHeader] = "closed";
            http.Response.Headers.RetryAfter = $"{Limits.RetryAfterSeconds}";
            await UsageEndpoint.Problem(StatusCodes.Status503ServiceUnavailable, $"{away.Message} Ask again with the same key.").ExecuteAsync(http);
        }
        catch (Exception e) when (e.Passes())
        {
            // Not even the list of hard budgets was ever read: what the budget chose nobody here knows.
            http.Response.Headers.RetryAfter = $"{Limits.RetryAfterSeconds}";
            await UsageEndpoint.Problem(StatusCodes.Status503ServiceUnavailable, "The books cannot be read just now. Ask again with the same key.").ExecuteAsync(http);
        }
    }

    private static int StatusOf(RejectedException refused) => refused.Rejections[0].Code switch
    {
        "reservation_unknown" or "budget_not_hard" => StatusCodes.Status404NotFound,
        "key_reused" or "reservation_over" or "reservation_released" or "reservation_committed" or "commit_differs" or "record_reserved" => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    /// <returns>Null when it is too large; that is answered already.</returns>
    private static async Task<ReservationBody?> BodyAsync(HttpContext http)
    {
        var body = http.Request.ContentLength > Limits.ReservationBytes ? null : await UsageEndpoint.BodyAsync(http.Request);
        if (body is { } bytes && bytes.Length <= Limits.ReservationBytes)
            return JsonSerializer.Deserialize(bytes.Span, ReservationJson.Default.ReservationBody) ?? throw new JsonException("it is null.");
        await UsageEndpoint.Problem(StatusCodes.Status413PayloadTooLarge, $"A reservation's body has at most {Limits.ReservationBytes} bytes.").ExecuteAsync(http);
        return null;
    }

    private static async Task WriteAsync(HttpContext http, int status, string type, byte[] body)
    {
        (http.Response.StatusCode, http.Response.ContentType, http.Response.ContentLength) = (status, type, body.Length);
        await http.Response.BodyWriter.WriteAsync(body);
    }

    private static string Key(HttpContext http) => (string)http.Request.RouteValues["key"]!;

    private static string? Asked(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <param name="Errors">Each with code, field and message.</param>
    private sealed record Refusal(IReadOnlyList<Rejection> Errors);
}
