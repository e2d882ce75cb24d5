using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Providers;

/// <summary>How the tokens of a field stand to the rest of its side.</summary>
public enum FieldRelation
{
    /// <summary>The side's whole, or one of several that add up to it; what its parts leave is the side's first class.</summary>
    Whole,

    /// <summary>A part that the whole holds already: it is taken out of the side's first class.</summary>
    Inside,

    /// <summary>Tokens that no other field holds.</summary>
    Beside,

    /// <summary>Tokens that two parts hold, each of which was taken out of the whole: given back once.</summary>
    InTwoParts,
}

/// <summary>One field of a usage body and what its tokens are.</summary>
/// <param name="Path">From the usage object, such as <c>details[modality=AUDIO].tokenCount</c>; after <c>|</c> other spellings, the first one present counts.</param>
/// <param name="Class">The class its tokens belong to; of <see cref="FieldRelation.InTwoParts"/> the class that gives them up.</param>
/// <param name="Relation">To the rest of its side.</param>
/// <param name="IsRequired">A body without it is not of the style.</param>
public sealed record UsageField(string Path, UnitClass Class, FieldRelation Relation, bool IsRequired = false)
{
    /// <summary>Each spelling of the path.</summary>
    public IReadOnlyList<string> Spellings { get; } = Path.Split('|');
}

/// <summary>How one kind of API reports what a call used: a table of fields. Whether cached tokens lie inside the input or beside it is said there.</summary>
/// <param name="Name">Ours, kebab-case.</param>
/// <param name="Root">Path of the usage object in the answer.</param>
/// <param name="Fields">What is read.</param>
public sealed record UsageStyle(string Name, string Root, IReadOnlyList<UsageField> Fields)
{
    /// <summary>One of these is there in a body that tells its style by itself; empty where the required fields tell enough.</summary>
    public IReadOnlyList<string> Signs { get; init; } = [];

    /// <summary>Where the answer says what all its tokens are together; null where it does not.</summary>
    public string? Total { get; init; }

    /// <summary>Where the answer names how urgently it was served; null where it does not.</summary>
    public string? Tier { get; init; }

    /// <summary>The names of service tiers that are ours; others are standard.</summary>
    public IReadOnlyDictionary<string, ServiceTier> Tiers { get; init; } = new Dictionary<string, ServiceTier>();

    public override string ToString() => Name;
}
