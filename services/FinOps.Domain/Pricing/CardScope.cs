using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Whom a card is for. A tenant's own card wins over its contract's, and that over the general one.</summary>
public abstract record CardScope
{
    public static readonly CardScope All = new General();

    private CardScope()
    {
    }

    /// <summary>Cards of one key supersede each other; a contract keeps its key when its tenants change.</summary>
    public abstract string Key { get; }

    /// <summary>Who they are; null is everyone.</summary>
    public abstract IReadOnlyList<TenantId>? Tenants { get; }

    public bool Holds(TenantId tenant) => Tenants?.Contains(tenant) ?? true;

    /// <summary>Whether somebody is in both.</summary>
    public bool Meets(CardScope other) => Tenants is null || other.Tenants is null || Tenants.Intersect(other.Tenants).Any();

    /// <summary>Everyone.</summary>
    public sealed record General : CardScope
    {
        public override string Key => "";

        public override IReadOnlyList<TenantId>? Tenants => null;
    }

    /// <summary>One tenant.</summary>
    public sealed record OfTenant(TenantId Tenant) : CardScope
    {
        public override string Key => $"tenant/{Tenant}";

        public override IReadOnlyList<TenantId> Tenants => [Tenant];
    }

    /// <summary>A named set of tenants, the same terms for each. A contract's next card of the model may name others.</summary>
    /// <param name="Name">Of the contract.</param>
    /// <param name="Having">The tenants, ordinal, at least one.</param>
    public sealed record OfContract(string Name, IReadOnlyList<TenantId> Having) : CardScope
    {
        public override string Key => $"contract/{Name}";

        public override IReadOnlyList<TenantId> Tenants => Having;

        public bool Equals(OfContract? other) => other is not null && Name == other.Name && Having.SequenceEqual(other.Having);

        public override int GetHashCode() => HashCode.Combine(Name, Having.Count);
    }
}

/// <summary>Reads whom a card is for.</summary>
internal static class CheckScope
{
    /// <returns>Null where the checks failed.</returns>
    public static CardScope? Read(SetRateCard card, Checks checks)
    {
        var tenants = CheckNames.Each(card.Tenants, "tenants", null, checks);
        if (card.Tenant is not null) checks.Named(card.Tenant, "tenant");
        if (card.Contract is not null) checks.Named(card.Contract, "contract");
        if (card is { Tenant: not null, Contract: not null })
            checks.Fail("scope_ambiguous", "contract", "A card is for a `tenant` or for a `contract`, not for both; leave one out.");
        if (card.Contract is null && card.Tenants.Count > 0)
            checks.Fail("contract_missing", "contract", "`tenants` are those of a contract; name it with `contract`, or use `tenant` for one.");
        if (card.Contract is not null && card.Tenants.Count == 0)
            checks.Fail("tenants_missing", "tenants", $"`tenants` is empty; say who has the contract '{card.Contract}'.");
        return card switch
        {
            { Tenant: { } tenant } => Name.Flaw(tenant) is null ? new CardScope.OfTenant(new TenantId(tenant)) : null,
            { Contract: { } contract } =>
                new CardScope.OfContract(contract, [.. tenants.Order(StringComparer.Ordinal).Select(t => new TenantId(t))]),
            _ => CardScope.All,
        };
    }
}

/// <summary>Checks a list of names.</summary>
internal static class CheckNames
{
    /// <returns>The good ones, each once.</returns>
    public static IReadOnlyList<string> Each(IReadOnlyList<string> names, string field, string? own, Checks checks)
    {
        var good = new List<string>();
        for (var i = 0; i < names.Count; i++)
        {
            var at = $"{field}[{i}]";
            if (Name.Flaw(names[i]) is { } flaw) checks.Fail("name_invalid", at, $"`{at}` {flaw}.");
            else if (names[i] == own) checks.Fail("alias_is_model", at, $"`{at}` is the model itself; leave it out.");
            else if (good.Contains(names[i])) checks.Fail("name_twice", at, $"`{at}` names {names[i]} a second time.");
            else good.Add(names[i]);
        }

        return good;
    }
}
