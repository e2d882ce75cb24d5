using System.CommandLine;
using System.Text.RegularExpressions;
using FinOps.Host.Commands.Targets;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Targets;

/// <summary>docs/targets.md is true: its commands are run, its table is made. FINOPS_UPDATE_SNAPSHOTS=1 writes what they say now.</summary>
public sealed partial class TargetsPageTests
{
    private const string Program = "infra/finops ";

    private static readonly string Page = Path.Combine(Repository.Root, "docs/targets.md");

    [Fact]
    public async Task The_page_says_what_its_commands_print_and_which_fields_there_are()
    {
        var text = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        Assert.True(Consoles().Count(text) >= 4, "The examples are gone.");
        var made = text;
        foreach (Match block in Consoles().Matches(text)) made = made.Replace(block.Value, await RunAsync(block.Groups[1].Value), StringComparison.Ordinal);
        made = Fields().Replace(made, $"$1{string.Concat(Rows())}$2");

        if (Environment.GetEnvironmentVariable("FINOPS_UPDATE_SNAPSHOTS") == "1") await File.WriteAllTextAsync(Page, made, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken), made);
    }

    private static IEnumerable<string> Rows() =>
    [
        "| option | takes | meaning |\n|---|---|---|\n",
        .. EstimateOptions.All.Select(o => $"| `{EstimateOption.NameOf(o.Field)}` | {o.Kind.ToString().ToLowerInvariant().Replace("yesno", "yes or no", StringComparison.Ordinal)} | {o.Description} |\n"),
    ];

    private static async Task<string> RunAsync(string command)
    {
        using var printed = new StringWriter();
        await new RootCommand { TargetsCommand.Command() }.Parse(command[Program.Length..])
            .InvokeAsync(new InvocationConfiguration { Output = printed, Error = printed }, TestContext.Current.CancellationToken);
        return $"```console\n$ {command}\n{printed.ToString().ReplaceLineEndings("\n")}```";
    }

    [GeneratedRegex(@"```console\n\$ ([^\n]+)\n(?:.*?)```", RegexOptions.Singleline)]
    private static partial Regex Consoles();

    [GeneratedRegex(@"(<!-- fields -->\n).*?(<!-- /fields -->)", RegexOptions.Singleline)]
    private static partial Regex Fields();
}
