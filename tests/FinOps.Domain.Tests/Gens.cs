using CsCheck;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests;

/// <summary>What properties are tried on. A failure prints its seed.</summary>
internal static class Gens
{
    public static readonly Gen<Quantities> Quantities =
        Gen.Long[0, 2_000_000].Array[UnitClass.All.Count].Select(values => FinOps.Domain.Values.Quantities.Of(values));
}
