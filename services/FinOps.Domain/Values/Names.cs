namespace FinOps.Domain.Values;

/// <summary>A name from outside: 1 to 256 characters, no control characters, no space at either end.</summary>
public static class Name
{
    public const int MaxLength = 256;

    /// <returns>Null when the text may be a name, else what is wrong with it.</returns>
    public static string? Flaw(string? text) => text switch
    {
        null or "" => "is missing",
        { Length: > MaxLength } => $"is longer than {MaxLength} characters",
        _ when char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) => "starts or ends with a space",
        _ when !IsText(text) => "holds a control character or half a surrogate pair",
        _ => null,
    };

    /// <summary>Of a name that stands between slashes, in the name of a stream or in an address.</summary>
    /// <returns>Null when the text may be one, else what is wrong with it.</returns>
    public static string? SegmentFlaw(string? text, int maxLength) => Flaw(text) switch
    {
        { } flaw => flaw,
        _ when text!.Length > maxLength => $"is longer than {maxLength} characters",
        _ when text.Contains('/', StringComparison.Ordinal) => "holds a slash",
        _ => null,
    };

    internal static string Require(string text, string what) =>
        Flaw(text) is { } flaw ? throw new RejectedException(new Rejection($"{what}_invalid", what, $"The {what} {flaw}.")) : text;

    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i)) return false;
            i++;
        }

        return true;
    }
}

/// <summary>Who pays.</summary>
public readonly record struct TenantId
{
    public TenantId(string value) => Value = Name.Require(value, "tenant");

    public string Value { get; }

    public override string ToString() => Value;
}

/// <summary>The model that answered.</summary>
public readonly record struct ModelId
{
    public ModelId(string value) => Value = Name.Require(value, "model");

    public string Value { get; }

    public override string ToString() => Value;
}

/// <summary>A group of accelerators with a cost per hour.</summary>
public readonly record struct FleetId
{
    public FleetId(string value) => Value = Name.Require(value, "fleet");

    public string Value { get; }

    public override string ToString() => Value;
}

/// <summary>A pair of tenant and model: one grain, one writer.</summary>
public readonly record struct Meter(TenantId Tenant, ModelId Model);
