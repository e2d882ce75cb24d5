using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Contracts;

namespace FinOps.Platform.Metering;

/// <summary>How a receipt is written over HTTP, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(UsageReceipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
