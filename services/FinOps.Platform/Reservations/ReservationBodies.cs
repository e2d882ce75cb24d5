using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FinOps.Platform.Reservations;

// Nullable throughout: what is missing is answered by our rules, which name the field, and all flaws at once.

/// <summary>
/// What a gateway is about to spend, or has spent: an amount of money, a model and its tokens, or both, as the budgets need; and where the call
/// belongs.
/// </summary>
internal sealed class ReservationBody
{
    /// <summary>The budget; or leave it out and name the tenant, for all hard budgets of it that count the call.</summary>
    public string? Budget { get; set; }

    public string? Tenant { get; set; }

    /// <summary>Of a reservation: the gateway's own word for the call, the same on every try.</summary>
    public string? Key { get; set; }

    /// <summary>The estimate, in the currency of the budgets on money.</summary>
    public decimal? Amount { get; set; }

    /// <summary>Of a commit: what the call cost.</summary>
    public decimal? Actual { get; set; }

    public string? Model { get; set; }

    /// <summary>Empty is a call that no fleet serves.</summary>
    public string? Fleet { get; set; }

    /// <summary>All that the usage record will have.</summary>
    public Dictionary<string, string>? Tags { get; set; }

    /// <summary>Tokens by unit class, as in usage records.</summary>
    public Dictionary<string, long>? Quantities { get; set; }

    public int? TtlSeconds { get; set; }

    /// <summary>The usage record that will tell what the call cost.</summary>
    public RecordName? Record { get; set; }
}

/// <summary>A usage record's identity beside its tenant.</summary>
internal sealed class RecordName
{
    public string? Source { get; set; }

    public string? Id { get; set; }
}

/// <param name="Key">The reservation's.</param>
/// <param name="Verdict"><c>granted</c>, <c>refused</c>, <c>committed</c> or <c>released</c>.</param>
/// <param name="Budgets">Each hard budget that was asked; empty where none limits the tenant.</param>
internal sealed record ReservationAnswer(string Key, string Verdict, IReadOnlyList<BudgetAnswered> Budgets);

/// <param name="Budget">Its id.</param>
/// <param name="Verdict">This budget's own.</param>
/// <param name="Measure">What it counts, as <c>input_tokens</c>; the unit of both figures.</param>
/// <param name="Amount">That counts now for the reservation, beside what the books say.</param>
/// <param name="Left">Open to others after it.</param>
/// <param name="Currency">Of both; <c>XXX</c> of tokens and calls.</param>
/// <param name="ExpiresAt">Until then it is held without a commit.</param>
/// <param name="WhenAway"><c>open</c> or <c>closed</c>: what the gateway is to do when nobody answers.</param>
/// <param name="Basis"><c>books</c>; or <c>away</c>, granted without them by the budget's choice.</param>
internal sealed record BudgetAnswered(
    string Budget, string Verdict, string Measure, decimal Amount, decimal Left, string Currency, DateTimeOffset? ExpiresAt, string WhenAway, string Basis);

/// <summary>How bodies are read and answers written: money is a string, a reader's doubles would cut it.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(MoneyText)])]
[JsonSerializable(typeof(ReservationBody))]
[JsonSerializable(typeof(ReservationAnswer))]
internal sealed partial class ReservationJson : JsonSerializerContext;

internal sealed class MoneyText : JsonConverter<decimal>
{
    private const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && decimal.TryParse(reader.GetString(), Plain, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw new JsonException("money is a string such as \"0.25\"");

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("0.############################", CultureInfo.InvariantCulture));
}
