namespace FinOps.Domain.Targets.Claims;

/// <summary>What somebody says about cost or speed, kept with where it was said: never a target.</summary>
/// <param name="Number">From 1, stable.</param>
/// <param name="Says">In our words.</param>
/// <param name="Origin">Where and when it was said.</param>
/// <param name="Points">The numbers in it.</param>
public sealed record Claim(int Number, string Says, Provenance Origin, IReadOnlyList<ClaimPoint> Points)
{
    /// <summary>Numbers that the model needs and that are no part of what is claimed, by name.</summary>
    public IReadOnlyDictionary<string, double> Given { get; init; } = new Dictionary<string, double>();

    /// <summary>What is estimated for it, by name.</summary>
    public IReadOnlyDictionary<string, EstimateRequest> Deployments { get; init; } = new Dictionary<string, EstimateRequest>();

    /// <summary>Why the model gives what it gives; empty where the figures say it.</summary>
    public string Because { get; init; } = "";
}

/// <summary>One number of a claim.</summary>
/// <param name="Name">What it is a number of, in the claim.</param>
/// <param name="Unit">For example <c>USD per million tokens</c>; a <see cref="Saving"/> is a share that is taken off.</param>
/// <param name="Low">The lowest claimed.</param>
/// <param name="High">The highest claimed; the same where one number is.</param>
public sealed record ClaimPoint(string Name, string Unit, double Low, double High)
{
    /// <summary>The unit of shares that are taken off: these are judged by what is left, where 85 % and 96 % are far apart.</summary>
    public const string Saving = "saving";

    /// <summary>How the model's figure must lie to the claimed one.</summary>
    public ClaimRelation Relation { get; init; } = ClaimRelation.About;

    /// <summary>How far off still agrees, as a share of the claimed number: 0.25 is a quarter more, or a quarter more in the other direction (a fifth less).</summary>
    public double Within { get; init; } = 0.25;

    /// <summary>The condition under which the number is looked at, where it is not true in general; null without.</summary>
    public string? OnlyIf { get; init; }

    public double Middle => (Low + High) / 2;
}

public enum ClaimRelation
{
    /// <summary>Near it.</summary>
    About,

    /// <summary>The model gives as much or more: the claim is not too high.</summary>
    AtLeast,

    /// <summary>The model gives as much or less: the claim is not too low.</summary>
    AtMost,
}

/// <summary>A number that the model gives.</summary>
/// <param name="Name">That of a point, or of something beside the claim that explains it.</param>
/// <param name="Unit">Of it.</param>
/// <param name="Low">The lowest, where it depends on something that is not fixed.</param>
/// <param name="High">The highest.</param>
public sealed record ClaimFigure(string Name, string Unit, double Low, double High)
{
    public ClaimFigure(string name, string unit, double value)
        : this(name, unit, value, value)
    {
    }

    /// <summary>From the lowest to the highest of them.</summary>
    public static ClaimFigure Over(string name, string unit, params IReadOnlyList<double> values) => new(name, unit, values.Min(), values.Max());
}
