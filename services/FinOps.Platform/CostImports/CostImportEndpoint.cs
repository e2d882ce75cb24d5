using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FinOps.Platform.CostImports;

/// <summary>
/// <c>POST /v1/cost-imports</c>: the input of <c>importActualCost</c> as JSON, for files that are larger than a GraphQL body. 200 with the
/// report; 400 for a body that is none; 422 with every reason why the file is refused.
/// </summary>
internal static class CostImportEndpoint
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false), new DecimalText() },
    };

    public static async Task<IResult> PostAsync(HttpContext http, ImportActualCost import, CancellationToken cancellation)
    {
        var viewer = http.Features.Get<Viewer>() ?? throw new InvalidOperationException("Access let a request pass without a viewer.");
        if (http.Request.ContentLength is not { } length)
            return Problem(StatusCodes.Status411LengthRequired, "Say how long the body is: Content-Length.");
        if (length > Limits.CostImportBodyBytes)
            return Problem(StatusCodes.Status413PayloadTooLarge, $"A body has at most {Limits.CostImportBodyBytes} bytes; gzip the file, or split it by month.");
        try
        {
            var input = await JsonSerializer.DeserializeAsync<CostImportInput>(http.Request.Body, Json, cancellation);
            return input is null
                ? Problem(StatusCodes.Status400BadRequest, "The body is null; send the input of `importActualCost`.")
                : TypedResults.Json(await import.RunAsync(input, viewer.Name, cancellation), Json);
        }
        catch (JsonException flaw)
        {
            return Problem(StatusCodes.Status400BadRequest, $"The body is not the input of `importActualCost`: {flaw.Message}");
        }
        catch (RejectedException refused)
        {
            return TypedResults.Json(new Refusal(refused.Rejections), Json, "application/problem+json", StatusCodes.Status422UnprocessableEntity);
        }
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>Money is a string in JSON, as in GraphQL: a reader's doubles would cut it.</summary>
    private sealed class DecimalText : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            decimal.Parse(reader.GetString()!, CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <param name="Errors">Each with code, field and message.</param>
    private sealed record Refusal(IReadOnlyList<Rejection> Errors);
}
