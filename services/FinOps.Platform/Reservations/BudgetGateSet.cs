namespace FinOps.Platform.Reservations;

/// <summary>
/// Stored as <c>budget_gate_set_v1</c>, in the stream <c>gate/{budget}</c>, before a budget's kind said it: whether it is a hard one, and what it
/// does while the books are away. Nothing writes it any more.
/// </summary>
/// <param name="WhenAway"><c>open</c> or <c>closed</c>.</param>
public sealed record BudgetGateSetV1(string BudgetId, bool IsHard, string WhenAway, DateTimeOffset RecordedAt, string RecordedBy);
