namespace FinOps.Domain.Values;

/// <summary>What must hold, in Release as well. A broken invariant is a defect of ours, never bad input.</summary>
public static class Invariant
{
    /// <exception cref="InvariantViolatedException">The condition does not hold.</exception>
    public static void Require(bool holds, string whatMustHold)
    {
        if (!holds) throw new InvariantViolatedException(whatMustHold);
    }
}

/// <summary>The books would not balance; nothing was written.</summary>
public sealed class InvariantViolatedException(string whatMustHold) : Exception($"Invariant violated: {whatMustHold}");
