using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What usage is of.</summary>
/// <param name="Tenant">Who pays.</param>
/// <param name="Model">What answered.</param>
/// <param name="Fleet">Where; null where the records named none.</param>
/// <param name="RateClass">The price tier.</param>
/// <param name="Tags">The <see cref="Metering.TagSet"/>; empty without any.</param>
public sealed record UsageSeries(TenantId Tenant, ModelId Model, FleetId? Fleet, RateClass RateClass = default, string Tags = "");

/// <summary>A series' usage in one quarter-hour.</summary>
/// <param name="Series">Of what.</param>
/// <param name="Slot">When.</param>
/// <param name="Records">How many records.</param>
/// <param name="Incomplete">Those whose source left a quantity out.</param>
/// <param name="Failed">Those of failed calls.</param>
/// <param name="Quantities">Their sum.</param>
public sealed record UsageSlot(UsageSeries Series, QuarterHour Slot, long Records, long Incomplete, long Failed, Quantities Quantities);
