namespace FinOps.Domain.Fleets;

/// <summary>How a cost line is computed. A fraction of an accelerator is a quantity like any other.</summary>
public abstract record CostTerms
{
    private CostTerms()
    {
    }

    public abstract CostLineKind Kind { get; }

    /// <summary>Whether the line pays for accelerators, so that the fleet's size must be known and nothing else may pay for all of it.</summary>
    public virtual bool PaysForAccelerators => false;

    /// <param name="CostPerHour">Of the whole line.</param>
    public sealed record Hourly(decimal CostPerHour) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Hourly;
    }

    /// <param name="PricePerAcceleratorHour">Of each accelerator that no other line covers.</param>
    public sealed record OnDemand(decimal PricePerAcceleratorHour) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.OnDemand;

        public override bool PaysForAccelerators => true;
    }

    /// <param name="PricePerAcceleratorHour">Of each accelerator covered.</param>
    /// <param name="Count">How many at most.</param>
    public sealed record Spot(decimal PricePerAcceleratorHour, decimal Count) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Spot;

        public override bool PaysForAccelerators => true;
    }

    /// <param name="PricePerAcceleratorHour">Of each accelerator committed to, used or not.</param>
    /// <param name="Count">How many.</param>
    public sealed record Committed(decimal PricePerAcceleratorHour, decimal Count) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Committed;

        public override bool PaysForAccelerators => true;
    }

    /// <param name="PricePerAccelerator">Paid at the start.</param>
    /// <param name="SalvagePerAccelerator">What it will still be worth at the end of the term.</param>
    /// <param name="TermMonths">Of the writing off, in calendar months from the line's start.</param>
    /// <param name="Count">How many were bought.</param>
    public sealed record Purchase(decimal PricePerAccelerator, decimal SalvagePerAccelerator, int TermMonths, decimal Count) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Purchase;

        public override bool PaysForAccelerators => true;

        /// <summary>What is written off over the term.</summary>
        public decimal Whole => (PricePerAccelerator - SalvagePerAccelerator) * Count;

        /// <returns>The end of the term.</returns>
        public DateTimeOffset End(DateTimeOffset from) => from.AddMonths(TermMonths);
    }

    /// <param name="KilowattsPerAccelerator">Drawn on average, host included.</param>
    /// <param name="PowerUsageEffectiveness">What the building draws for each kilowatt of its machines; 1 is nothing on top.</param>
    /// <param name="PricePerKilowattHour">Of electricity.</param>
    public sealed record Power(decimal KilowattsPerAccelerator, decimal PowerUsageEffectiveness, decimal PricePerKilowattHour) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Power;
    }

    /// <param name="Percent">On top of the lines that are no overhead.</param>
    public sealed record Overhead(decimal Percent) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Overhead;
    }

    /// <param name="Amount">Of the line's whole stretch; it divides over its time.</param>
    public sealed record Actual(decimal Amount) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Actual;
    }

    /// <param name="Prices">Of tokens; the fleet's time costs nothing by it.</param>
    public sealed record Serverless(TokenPrices Prices) : CostTerms
    {
        public override CostLineKind Kind => CostLineKind.Serverless;
    }
}
