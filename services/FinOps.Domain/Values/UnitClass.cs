namespace FinOps.Domain.Values;

/// <summary>Which total a class adds to.</summary>
public enum UnitSide
{
    Input,
    Output,
    Other,
}

/// <summary>One row of the unit classes. Classes are disjoint, so they may be added.</summary>
/// <param name="Ordinal">Position in <see cref="Quantities"/>.</param>
/// <param name="Name">The wire's name, camelCase.</param>
/// <param name="Side">Which total it adds to.</param>
/// <param name="Parent">Whose rate it takes when it has none of its own; null when there is none to take.</param>
/// <param name="DeclaredWorkUnits">Work units of one token until a target gives better ones.</param>
public sealed record UnitClass(int Ordinal, string Name, UnitSide Side, UnitClass? Parent, decimal DeclaredWorkUnits)
{
    public static readonly UnitClass UncachedInput = new(0, "uncachedInput", UnitSide.Input, null, 1m);
    public static readonly UnitClass CacheRead = new(1, "cacheRead", UnitSide.Input, UncachedInput, 0.1m);
    public static readonly UnitClass CacheWrite = new(2, "cacheWrite", UnitSide.Input, UncachedInput, 1.25m);
    public static readonly UnitClass Image = new(3, "image", UnitSide.Input, UncachedInput, 1m);
    public static readonly UnitClass AudioInput = new(4, "audioInput", UnitSide.Input, UncachedInput, 1m);
    public static readonly UnitClass Output = new(5, "output", UnitSide.Output, null, 4m);
    public static readonly UnitClass Reasoning = new(6, "reasoning", UnitSide.Output, Output, 4m);
    public static readonly UnitClass AudioOutput = new(7, "audioOutput", UnitSide.Output, Output, 4m);
    public static readonly UnitClass Requests = new(8, "requests", UnitSide.Other, null, 0m);
    public static readonly UnitClass Seconds = new(9, "seconds", UnitSide.Other, null, 0m);

    /// <summary>Every class, by ordinal.</summary>
    public static readonly IReadOnlyList<UnitClass> All =
        [UncachedInput, CacheRead, CacheWrite, Image, AudioInput, Output, Reasoning, AudioOutput, Requests, Seconds];

    private static readonly Dictionary<string, UnitClass> ByName = All.ToDictionary(c => c.Name);

    /// <returns>Null when no class has the name.</returns>
    public static UnitClass? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The class's column in tables: snake_case.</summary>
    public string Column { get; } = string.Concat(Name.Select(c => char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));

    public override string ToString() => Name;
}
