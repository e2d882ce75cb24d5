using System.Text;
using System.Text.Json;
using CsCheck;
using FinOps.Platform.Graph.Scalars;

namespace FinOps.Platform.Tests.Graph;

[Collection(ProbedHost.Collection)]
public sealed class ScalarTests(ProbedHost host)
{
    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("\"0.1\"", "0.1")]
    [InlineData("1234567890123456.789012345678", "1234567890123456.789012345678")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("1e3", "1000")]
    [InlineData("-2.50", "-2.50")]
    [InlineData("0.0000000000000001", "0.0000000000000001")]
    public async Task A_decimal_keeps_its_digits_as_a_literal_and_as_a_variable(string written, string read)
    {
        var literal = await host.DataAsync($"{{ echoDecimal(value: {written}) }}");
        Assert.Equal(read, literal.GetProperty("echoDecimal").GetString());
        Assert.Equal(read, await VariableAsync("Decimal", "echoDecimal", written));
    }

    [Theory]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("1e-29")]
    [InlineData("1e400")]
    [InlineData("\"1,000\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"+1\"")]
    [InlineData("\"NaN\"")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("null")]
    public async Task What_a_decimal_cannot_hold_exactly_is_refused(string written)
    {
        var literal = await host.GraphAsync($"{{ echoDecimal(value: {written}) }}");
        Assert.Equal(400, literal.Status);
        Assert.Equal("value", Assert.Single(literal.Errors).Field);
        var variable = GraphAnswer(await PostAsync("Decimal", "echoDecimal", written));
        Assert.Equal("v", Assert.Single(variable.Errors).Field);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("0")]
    public async Task A_long_is_a_json_integer_both_ways(string written)
    {
        var literal = await host.DataAsync($"{{ echoLong(value: {written}) }}");
        Assert.Equal(written, literal.GetProperty("echoLong").GetRawText());
        Assert.Equal(written, await VariableAsync("Long", "echoLong", written));
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    public async Task What_is_no_long_is_refused(string written)
    {
        Assert.Single((await host.GraphAsync($"{{ echoLong(value: {written}) }}")).Errors);
        Assert.Single(GraphAnswer(await PostAsync("Long", "echoLong", written)).Errors);
    }

    [Theory]
    [InlineData("2026-01-31T23:45:00Z", "2026-01-31T23:45:00Z")]
    [InlineData("2026-01-31T23:45:00", "2026-01-31T23:45:00Z")]
    [InlineData("2026-01-31T23:45", "2026-01-31T23:45:00Z")]
    [InlineData("2026-01-31T23:45:00+05:45", "2026-01-31T18:00:00Z")]
    [InlineData("2026-01-31T23:45:00.1234567-01:00", "2026-02-01T00:45:00.1234567Z")]
    [InlineData("2026-01-31T23:45:00.5Z", "2026-01-31T23:45:00.5Z")]
    public async Task An_instant_is_answered_in_utc(string written, string read)
    {
        var literal = await host.DataAsync($"{{ echoInstant(value: \"{written}\") }}");
        Assert.Equal(read, literal.GetProperty("echoInstant").GetString());
        Assert.Equal(read, await VariableAsync("DateTime", "echoInstant", $"\"{written}\""));
    }

    [Theory]
    [InlineData("\"2026-01-31\"")]
    [InlineData("\"2026-02-30T00:00:00Z\"")]
    [InlineData("\"2026-01-31T23:45:00.12345678Z\"")]
    [InlineData("\"yesterday\"")]
    [InlineData("1767225600")]
    public async Task What_is_no_instant_is_refused(string written)
    {
        Assert.Single((await host.GraphAsync($"{{ echoInstant(value: {written}) }}")).Errors);
        Assert.Single(GraphAnswer(await PostAsync("DateTime", "echoInstant", written)).Errors);
    }

    [Fact]
    public void Every_decimal_reads_back_as_itself() => Gen.Decimal.Sample(value =>
        DecimalScalar.Exact(value.ToString(System.Globalization.CultureInfo.InvariantCulture)) == value);

    private async Task<string> VariableAsync(string type, string field, string json)
    {
        var answer = GraphAnswer(await PostAsync(type, field, json));
        Assert.Empty(answer.Errors);
        var value = answer.Data!.Value.GetProperty(field);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    /// <summary>The body is written by hand, so that no serialiser of ours rounds what the test means to send.</summary>
    private async Task<HttpResponseMessage> PostAsync(string type, string field, string json) => await host.Client("operator").PostAsync(
        "/graphql",
        new StringContent(
            $$$"""{"query": "query($v: {{{type}}}!) { {{{field}}}(value: $v) }", "variables": {"v": {{{json}}}}}""", Encoding.UTF8, "application/json"));

    private static Fixtures.GraphAnswer GraphAnswer(HttpResponseMessage response) =>
        Fixtures.GraphAnswer.Of((int)response.StatusCode, response.Content.ReadAsStringAsync().GetAwaiter().GetResult());
}
