using FinOps.Domain.Targets.Variance;

namespace FinOps.Domain.Reporting;

/// <summary>What usage should have cost.</summary>
/// <param name="DesignMillionths">At the design point, exact: tokens × target per million.</param>
/// <param name="Asked">For what was really asked, less that: zero where the target knows only money.</param>
/// <param name="Effects">Why the actual cost differs, by <see cref="VarianceEffect"/>; null where it is not known, or not by allocation.</param>
public sealed record UsageTarget(decimal DesignMillionths, decimal Asked, decimal[]? Effects);

/// <summary>The sums behind targets and variance of a row, in money. Few cells of a report without targets have it.</summary>
public sealed class TargetSums
{
    private const decimal Unit = 0.000001m;

    private static readonly int Kinds = Enum.GetValues<VarianceEffect>().Length;

    private decimal asked;
    // Targets of money have only these two: cells are many, and each byte counts.
    private decimal utilisation;
    private decimal unexplained;
    private decimal[]? others;

    /// <summary>Of usage that has a target.</summary>
    public long Tokens { get; private set; }

    /// <summary>Σ tokens × target per million, of these.</summary>
    public decimal DesignMillionths { get; private set; }

    /// <summary>What these should have cost at the design point: exact, never rounded.</summary>
    public decimal Design => DesignMillionths * Unit;

    /// <summary>What these should have cost as they were asked.</summary>
    public decimal Asked => Design + asked;

    /// <summary>Of usage that has a target and whose cost is known.</summary>
    public long ComparedTokens { get; private set; }

    /// <summary>What these cost, and idle cost that counts against a target.</summary>
    public decimal ComparedCost { get; private set; }

    /// <summary>Σ tokens × target per million, of these.</summary>
    public decimal ComparedMillionths { get; private set; }

    /// <summary>What these should have cost as they were asked; where the cost of usage is not known, its target is taken at the design point.</summary>
    public decimal ComparedAsked => ComparedMillionths * Unit + asked;

    /// <summary>Actual less target, exact.</summary>
    public decimal Gap => ComparedCost - ComparedMillionths * Unit;

    /// <summary>Whether effects are told: by allocation they are.</summary>
    public bool HasEffects { get; private set; }

    /// <summary>In money; all of them sum to the gap to the last digit.</summary>
    public decimal Of(VarianceEffect effect) => effect switch
    {
        VarianceEffect.Utilisation => utilisation,
        VarianceEffect.Unexplained => unexplained,
        _ => others?[(int)effect] ?? 0,
    };

    internal void Add(decimal? cost, long tokens, UsageTarget target)
    {
        Tokens += tokens;
        DesignMillionths += target.DesignMillionths;
        asked += target.Asked;
        if (cost is not { } known) return;
        ComparedTokens += tokens;
        ComparedCost += known;
        ComparedMillionths += target.DesignMillionths;
        if (target.Effects is { } causes) Add(causes);
    }

    internal void AddIdle(decimal amount, bool byAllocation)
    {
        ComparedCost += amount;
        if (!byAllocation) return;
        HasEffects = true;
        utilisation += amount;
    }

    internal void Add(TargetSums other)
    {
        Tokens += other.Tokens;
        DesignMillionths += other.DesignMillionths;
        asked += other.asked;
        ComparedTokens += other.ComparedTokens;
        ComparedCost += other.ComparedCost;
        ComparedMillionths += other.ComparedMillionths;
        HasEffects |= other.HasEffects;
        utilisation += other.utilisation;
        unexplained += other.unexplained;
        if (other.others is { } more) AddOthers(more);
    }

    private void Add(decimal[] effects)
    {
        HasEffects = true;
        utilisation += effects[(int)VarianceEffect.Utilisation];
        unexplained += effects[(int)VarianceEffect.Unexplained];
        for (var i = 0; i < effects.Length; i++)
        {
            if (effects[i] == 0 || (VarianceEffect)i is VarianceEffect.Utilisation or VarianceEffect.Unexplained) continue;
            AddOthers(effects);
            return;
        }
    }

    private void AddOthers(decimal[] effects)
    {
        others ??= new decimal[Kinds];
        for (var i = 0; i < effects.Length; i++)
        {
            if ((VarianceEffect)i is not (VarianceEffect.Utilisation or VarianceEffect.Unexplained)) others[i] += effects[i];
        }
    }
}
