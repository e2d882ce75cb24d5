using System.Text.Json;
using System.Text.Json.Serialization;

namespace FinOps.Platform.Targets.Facts;

/// <summary>How files of facts, claims and scenarios are read: what is missing, unknown or null where something must be is an error that names the field.</summary>
internal static class StrictJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false) },
    };
}
