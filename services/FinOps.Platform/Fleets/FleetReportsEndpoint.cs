using FinOps.Contracts;
using FinOps.Domain.Fleets;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Fleets;

/// <summary><c>POST /v1/fleets</c>: a `FleetReported`, or a JSON array of them. 200 with a verdict per report.</summary>
internal static class FleetReportsEndpoint
{
    public static async Task<IResult> PostAsync(HttpContext http, RecordFleetReports reports, CancellationToken cancellation)
    {
        var viewer = http.Features.Get<Viewer>() ?? throw new InvalidOperationException("Access let a request pass without a viewer.");
        if (await UsageEndpoint.BodyAsync(http.Request) is not { } body)
            return UsageEndpoint.Problem(StatusCodes.Status413PayloadTooLarge, $"A body has at most {Limits.MessageBytes} bytes; send several.");
        IReadOnlyList<ReportedFleet> reported;
        try
        {
            reported = ReadFleetReports.Http(body);
        }
        catch (UnreadableBodyException e)
        {
            return UsageEndpoint.Problem(StatusCodes.Status400BadRequest, e.Message);
        }

        try
        {
            return TypedResults.Ok(new FleetReceipt { Verdicts = await reports.RecordAsync(reported, new Sender("http", viewer), cancellation) });
        }
        catch (Exception e) when (e.Passes())
        {
            // What was committed will be answered as a duplicate.
            return UsageEndpoint.TryAgain(http, "The books could not be written just now.");
        }
    }
}
