namespace FinOps.Domain.Values;

/// <summary>Why an input was refused: a stable code, the field to mend, and a sentence that says what to do.</summary>
/// <param name="Code">snake_case, stable; others match on it.</param>
/// <param name="Field">Path of the field as the sender knows it, for example <c>quantities.output</c>.</param>
/// <param name="Message">For a person.</param>
public sealed record Rejection(string Code, string Field, string Message);

/// <summary>A command was refused. Shown to the caller as a typed error; nothing was changed.</summary>
public sealed class RejectedException(params IReadOnlyList<Rejection> rejections)
    : Exception(string.Join(" ", rejections.Select(r => r.Message)))
{
    public IReadOnlyList<Rejection> Rejections { get; } = rejections;
}
