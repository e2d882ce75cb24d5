using FinOps.Domain.Targets.Economics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What large pools and small ones are said to cost.</summary>
internal static class ClaimsOnPlaces
{
    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [37] = c =>
        {
            var edge = Most(c, "edgeServers");
            return
            [
                new("utilisation", "share", Most(c, "servers")), new("saving over sites", ClaimPoint.Saving, 1 - edge / c.Claimed("utilisation")),
                new("utilisation of a pool of a hundred", "share", ErlangC.MostUtilisation(100, c.Given("waitingAtMost"))), new("utilisation of a site", "share", edge),
            ];
        },
        [38] = c =>
        {
            var (small, large) = (Most(c, "fewServers"), Most(c, "moreServers"));
            var atFull = c.Given("centralUtilisation") * c.Given("siteOverhead");
            return
            [
                new("utilisation", "share", small, large),
                new("cost over a centre's", "ratio", atFull / large, atFull / small),
            ];
        },
    };

    private static double Most(ClaimCase c, string servers) => ErlangC.MostUtilisation((int)c.Given(servers), c.Given("waitingAtMost"));
}
