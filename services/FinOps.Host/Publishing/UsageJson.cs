using System.Text.Json.Serialization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>The wire's JSON. Absent means null, except in quantities, where null says that the source could not tell.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UsageReported))]
[JsonSerializable(typeof(UsageRecord))]
[JsonSerializable(typeof(UsageReceipt))]
internal sealed partial class UsageJson : JsonSerializerContext;
