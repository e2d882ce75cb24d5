using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>From the names of a request to facts; each unknown one is told with the nearest that are known.</summary>
internal static class EstimateNames
{
    public static ModelArchitecture? Model(EstimateRequest asked, TargetFacts facts, Checks checks)
    {
        if (asked.Architecture is { } own)
        {
            CheckArchitecture(own, checks);
            return own with { Key = asked.Model ?? own.Key };
        }

        return Find(asked.Model, "model", facts.Models, checks);
    }

    public static Accelerator? Accelerator(EstimateRequest asked, TargetFacts facts, Checks checks) =>
        Find(asked.Accelerator, "accelerator", facts.Accelerators, checks);

    public static Efficiency? Engine(EstimateRequest asked, Accelerator? chip, TargetFacts facts, Checks checks)
    {
        var engine = asked.Engine ?? EstimateRequest.AnyEngine;
        if (engine != EstimateRequest.AnyEngine && !facts.Engines.Contains(engine))
        {
            checks.Fail("engine_unknown", "engine", $"`engine` is '{engine}'; {NearestNames.Tell(engine, facts.Engines.Append(EstimateRequest.AnyEngine))}");
            return null;
        }

        return chip is null ? null : facts.EfficiencyOf(engine, chip.Generation);
    }

    public static Precision? Precision(EstimateRequest asked, ModelArchitecture? model, Accelerator? chip, Checks checks)
    {
        var weights = Format(asked.Weights ?? model?.NativeFormat ?? NumberFormat.Fp16.Name, "weights", checks);
        var usual = weights is null ? null
            : asked.Weights is null && model is not null && chip is not null ? Physics.Precision.Served(model, weights, chip)
            : Physics.Precision.Of(weights);
        var activations = asked.Activations is null ? usual?.Activations : Format(asked.Activations, "activations", checks);
        var cache = asked.KvCache is null ? usual?.KvCache : Format(asked.KvCache, "kvCache", checks);
        if (activations is { ComputesAs: null })
        {
            checks.Fail("activations_not_computed", "activations", $"`activations` is {activations}, a format that only stores; take fp16, fp8, fp4 or int8.");
            return null;
        }

        if (chip is not null && activations is { Name: "fp32" } && !chip.DenseFlops.ContainsKey("fp32"))
        {
            var field = asked.Activations is null ? "weights" : "activations";
            checks.Fail("arithmetic_unknown", field, $"`{field}` asks for products in fp32, of which {chip.Key}'s facts say nothing; take fp16.");
            return null;
        }

        return weights is null || activations is null || cache is null ? null : new Precision(weights, activations, cache);
    }

    private static NumberFormat? Format(string name, string field, Checks checks)
    {
        var format = NumberFormat.Find(name);
        if (format is null) checks.Fail("format_unknown", field, $"`{field}` is '{name}'; it must be one of {string.Join(", ", NumberFormat.Names)}.");
        return format;
    }

    /// <summary>Upper and lower case are one.</summary>
    private static T? Find<T>(string? name, string field, IReadOnlyDictionary<string, T> known, Checks checks)
        where T : class
    {
        if (string.IsNullOrEmpty(name))
        {
            checks.Fail($"{field}_missing", field, $"`{field}` is missing; it is one of {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            return null;
        }

        if (known.TryGetValue(name, out var found)) return found;
        if (known.Keys.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key) return known[key];
        checks.Fail($"{field}_unknown", field, $"`{field}` is '{name}'; {NearestNames.Tell(name, known.Keys)}");
        return null;
    }

    private static void CheckArchitecture(ModelArchitecture m, Checks checks)
    {
        (string Field, double Value)[] positive =
        [
            ("layers", m.Layers), ("hidden", m.Hidden), ("heads", m.Heads), ("kvHeads", m.KvHeads), ("headDim", m.HeadDim),
            ("intermediate", m.Intermediate), ("vocabulary", m.Vocabulary), ("totalParameters", m.TotalParameters),
            ("activeParameters", m.ActiveParameters), ("nonExpertParameters", m.NonExpertParameters),
        ];
        foreach (var (field, value) in positive)
        {
            if (!(value > 0) || !double.IsFinite(value)) Fail(field, value, "it must be above 0");
        }

        if (m.KvHeads > 0 && m.Heads % m.KvHeads != 0) Fail("kvHeads", m.KvHeads, $"it must divide the {m.Heads} heads");
        if (m.ActiveParameters > m.TotalParameters) Fail("activeParameters", m.ActiveParameters, "it must not exceed totalParameters");
        if (m.NonExpertParameters > m.TotalParameters) Fail("nonExpertParameters", m.NonExpertParameters, "it must not exceed totalParameters");
        if (m.RoutedExperts < 0) Fail("routedExperts", m.RoutedExperts, "it must not be negative");
        if (m.IsMixtureOfExperts && (m.ExpertsPerToken < 1 || m.ExpertsPerToken > m.RoutedExperts))
            Fail("expertsPerToken", m.ExpertsPerToken, $"it must lie between 1 and the {m.RoutedExperts} experts");
        if (m.IsMixtureOfExperts && (m.ExpertLayers < 1 || m.ExpertLayers > m.Layers))
            Fail("expertLayers", m.ExpertLayers, $"it must lie between 1 and the {m.Layers} layers");
        if (!(m.WindowShare >= 0 && m.WindowShare <= 1)) Fail("windowShare", m.WindowShare, "it must lie between 0 and 1");
        if (m.WindowShare > 0 && m.WindowTokens < 1) Fail("windowTokens", m.WindowTokens, "layers with a window need its length");
        if (m.LatentDim < 0) Fail("latentDim", m.LatentDim, "it must not be negative");

        void Fail(string field, double value, string why) => checks.Fail(
            "architecture_invalid", $"architecture.{field}", FormattableString.Invariant($"`architecture.{field}` is {value}; {why}."));
    }
}
