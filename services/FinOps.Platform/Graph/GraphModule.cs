using FinOps.Platform.Access;
using FinOps.Platform.Alerts;
using FinOps.Platform.Broker;
using FinOps.Platform.Budgets;
using FinOps.Platform.Corrections;
using FinOps.Platform.CostImports;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Periods;
using FinOps.Platform.Pricing;
using FinOps.Platform.Quarantines;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using FinOps.Platform.Reratings;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Estimates;
using FinOps.Platform.Tenants;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Validation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FinOps.Platform.Graph;

/// <summary>The GraphQL engine; nothing outside this folder knows which one it is, but for its attributes.</summary>
public static class GraphModule
{
    /// <summary>Every capability's classes; their public static methods are the root fields.</summary>
    internal static readonly GraphCapabilities Capabilities = new(
        Queries:
        [
            typeof(IngestionQueries),
            typeof(QuarantineQueries),
            typeof(DeadLetterQueries),
            typeof(MeteringQueries),
            typeof(CorrectionQueries),
            typeof(ReportingQueries),
            typeof(UnitEconomicsQueries),
            typeof(VarianceQueries),
            typeof(ExplainCostQueries),
            typeof(BuyOrBuildQueries),
            typeof(SeenQueries),
            typeof(ReconciliationQueries),
            typeof(FleetQueries),
            typeof(FleetCostQueries),
            typeof(CostImportQueries),
            typeof(FleetPresenceQueries),
            typeof(WorkWeightsQueries),
            typeof(PricingQueries),
            typeof(BookChangeQueries),
            typeof(ReratingQueries),
            typeof(WhatIfQueries),
            typeof(CatalogueQueries),
            typeof(TargetQueries),
            typeof(TargetRefreshQueries),
            typeof(EstimateQueries),
            typeof(TenantQueries),
            typeof(ExchangeQueries),
            typeof(PeriodQueries),
            typeof(BudgetQueries),
            typeof(AlertQueries),
            typeof(AlertChannelQueries),
        ],
        Mutations:
        [
            typeof(QuarantineMutations),
            typeof(DeadLetterMutations),
            typeof(FleetMutations),
            typeof(CostImportMutations),
            typeof(PricingMutations),
            typeof(ReratingMutations),
            typeof(CatalogueMutations),
            typeof(TargetMutations),
            typeof(TenantMutations),
            typeof(ExchangeMutations),
            typeof(PeriodMutations),
            typeof(WorkWeightsMutations),
            typeof(BudgetMutations),
            typeof(AlertMutations),
            typeof(CorrectionMutations),
        ])
    {
        Subscriptions = [typeof(AlertSubscriptions)],
    };

    public static IServiceCollection AddGraph(this IServiceCollection services)
    {
        GlobalSwitches.EnableReadDescriptionFromXmlDocumentation = true;
        services.TryAddSingleton(Capabilities);
        services.AddSingleton<IGraphTypeMappingProvider, TypeMapping>();
        services.AddSingleton<ISchema, FinOpsSchema>();
        services.AddSingleton<IDocumentExecuter>(_ => new DocumentExecuter(new GraphQLDocumentBuilder(), new DocumentValidator()));
        services.AddSingleton<EventStreams>();
        services.AddSingleton<GraphEndpoint>();
        return services;
    }

    public static void MapGraph(this IEndpointRouteBuilder endpoints)
    {
        // Made now: a schema that does not fit together must stop the start, not the first query.
        GraphEndpoint.RequireDepthLimit();
        var graph = endpoints.ServiceProvider.GetRequiredService<GraphEndpoint>();
        ViewerRole[] anyone = [ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant, ViewerRole.Fleet];
        endpoints.MapGet("/graphql", graph.GetAsync).Allow(anyone).OpenTo(MediaTypes.WantsPage);
        endpoints.MapPost("/graphql", graph.PostAsync).Allow(anyone);
    }
}
