using System.CommandLine;
using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Host.Publishing;
using FinOps.Platform.Pricing;

namespace FinOps.Host.Commands.Targets;

/// <summary>A command that needs no server: it writes its answer, or what is wrong with the question.</summary>
internal static class Answer
{
    /// <param name="parsed">The command line.</param>
    /// <param name="write">The answer, to standard output.</param>
    /// <param name="of">What the question is, said before each flaw of it; null where its fields are options.</param>
    /// <returns>The exit code: 0, or 1 with the flaws on standard error.</returns>
    public static int To(ParseResult parsed, Action<TextWriter> write, string? of = null)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            write(output);
            return 0;
        }
        catch (Exception flaw) when (flaw is CatalogFileException or TraceException or IOException or UnauthorizedAccessException or JsonException)
        {
            error.WriteLine(flaw.Message);
        }
        catch (RejectedException refused)
        {
            foreach (var rejection in refused.Rejections) error.WriteLine($"{(of is null ? "" : of + ": ")}{rejection.Field}: {rejection.Message}");
        }

        return 1;
    }
}
