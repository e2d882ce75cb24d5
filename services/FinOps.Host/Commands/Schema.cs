using System.CommandLine;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;

namespace FinOps.Host.Commands;

/// <summary>Changes the database's tables: never done by serving, unless Schema__Apply says so.</summary>
internal static class Schema
{
    public static Command Command()
    {
        var apply = new Command("apply", "Apply what is missing; harmless when nothing is.");
        apply.SetAction(async (_, cancellation) =>
        {
            var builder = WebApplication.CreateBuilder();
            builder.AddFinOps(Roles.None);
            await using var app = builder.Build();
            await app.Services.GetRequiredService<SchemaScripts>().ApplyAsync(cancellation);
            return 0;
        });
        return new Command("schema", "The database's tables.") { apply };
    }
}
