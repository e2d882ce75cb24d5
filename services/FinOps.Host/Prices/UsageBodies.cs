using System.Text.Json;

namespace FinOps.Host.Prices;

/// <param name="Index">From 0.</param>
/// <param name="Body">The provider's answer, or the part of it with the usage.</param>
/// <param name="Model">As the file names it, else as the body does; null when neither does.</param>
/// <param name="Expected">Prices that the file holds for it; null when it holds none.</param>
internal sealed record UsageBody(int Index, JsonElement Body, string? Model, IReadOnlyList<ExpectedPrice>? Expected);

/// <summary>What another program made of a body.</summary>
internal sealed record ExpectedPrice(string ProviderId, string ApiFlavor, decimal InputPrice, decimal OutputPrice);

/// <summary>Reads a file of usage bodies: a list of <c>{ body, model?, extracted? }</c>.</summary>
internal static class UsageBodies
{
    public static IReadOnlyList<UsageBody> Read(JsonElement root, JsonPlace place) =>
        [.. place.Elements(root).Select((entry, index) => Entry(entry.Value, entry.Place, index))];

    private static UsageBody Entry(JsonElement entry, JsonPlace place, int index)
    {
        var (body, bodyPlace) = place.Required(entry, "body");
        if (body.ValueKind != JsonValueKind.Object) throw bodyPlace.Flaw("must be an object");
        var model = place.Optional(entry, "model") ?? bodyPlace.Optional(body, "model") ?? bodyPlace.Optional(body, "modelVersion");
        return new UsageBody(index, body, model?.Place.Text(model.Value.Value), Expected(entry, place));
    }

    private static List<ExpectedPrice>? Expected(JsonElement entry, JsonPlace place)
    {
        if (place.Optional(entry, "extracted") is not { } extracted) return null;
        return
        [
            .. extracted.Place.Elements(extracted.Value).Select(e => e.Place.Required(e.Value, "extractors"))
                .SelectMany(e => e.Place.Elements(e.Value)).Select(r => Row(r.Value, r.Place)).OfType<ExpectedPrice>(),
        ];
    }

    private static ExpectedPrice? Row(JsonElement row, JsonPlace place)
    {
        if (place.Optional(row, "input_price") is not { } input) return null;
        var (provider, providerPlace) = place.Required(row, "provider_id");
        var (flavor, flavorPlace) = place.Required(row, "api_flavor");
        var (output, outputPlace) = place.Required(row, "output_price");
        return new ExpectedPrice(providerPlace.Text(provider), flavorPlace.Text(flavor), input.Place.Decimal(input.Value), outputPlace.Decimal(output));
    }
}
