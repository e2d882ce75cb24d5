using System.CommandLine;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;

namespace FinOps.Host.Commands;

/// <summary>Runs the roles that FINOPS_ROLES names, by default all.</summary>
internal static class Serve
{
    public static Command Command()
    {
        var command = new Command("serve", "Run this process's roles (FINOPS_ROLES, by default all) until it is told to stop.");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellation)
    {
        SafeVersions.Require();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.AddFinOps(RolesText.Parse(builder.Configuration["FINOPS_ROLES"]));
        var app = builder.Build();
        await app.Services.GetRequiredService<DurableServer>().VerifyAsync(cancellation);
        var schema = app.Services.GetRequiredService<SchemaScripts>();
        if (builder.Configuration.GetValue<bool>("Schema:Apply")) await schema.ApplyAsync(cancellation);
        else await schema.VerifyAsync(cancellation);
        app.MapFinOps();
        await app.RunAsync(cancellation);
        return 0;
    }
}
