using FinOps.Domain.Values;

namespace FinOps.Domain.Currencies;

/// <summary>What one unit of a currency is worth in another from an instant on, until their next rate. It says nothing of the way back.</summary>
/// <param name="Source">What is converted.</param>
/// <param name="Target">Into what.</param>
/// <param name="From">On a quarter-hour.</param>
/// <param name="Rate">Units of the target per unit of the source; above zero.</param>
public sealed record ExchangeRate(Currency Source, Currency Target, DateTimeOffset From, decimal Rate);
