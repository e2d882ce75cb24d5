using System.Text.Encodings.Web;
using System.Text.Json;

namespace FinOps.Host.Commands.Targets;

/// <summary>How answers about targets are written as JSON: as read, since no page embeds them.</summary>
internal static class TargetJson
{
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
