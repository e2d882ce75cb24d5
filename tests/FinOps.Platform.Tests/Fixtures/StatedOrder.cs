using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FinOps.Platform.Tests.Fixtures;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCaseOrderer(typeof(StatedOrder))]
[assembly: TestCollectionOrderer(typeof(StatedOrder))]

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// One order wherever the repository lies, and another for each number in <c>FINOPS_TEST_ORDER</c>; no test may mind which. The runner's own
/// follows from the path of the assembly, so that tests which share a host can meet on one machine in an order that no other ever saw.
/// </summary>
public sealed class StatedOrder : ITestCaseOrderer, ITestCollectionOrderer
{
    private static readonly int Number =
        int.TryParse(Environment.GetEnvironmentVariable("FINOPS_TEST_ORDER"), CultureInfo.InvariantCulture, out var set) ? set : 1;

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        testCases.OrderBy(test => Place($"{test.TestClassName}.{test.TestMethodName}"), StringComparer.Ordinal)
            .ThenBy(test => test.TestCaseDisplayName, StringComparer.Ordinal).ToList();

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        testCollections.OrderBy(tests => Place(tests.TestCollectionDisplayName), StringComparer.Ordinal).ToList();

    private static string Place(string name) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Number} {name}")));
}
