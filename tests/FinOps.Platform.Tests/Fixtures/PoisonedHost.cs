using System.Reflection;
using System.Runtime.Loader;
using FinOps.Platform.Tests.Fixtures;
using MassTransit;
using Microsoft.AspNetCore.Hosting;

[assembly: HostingStartup(typeof(PoisonedHost))]

/// <summary>Brings this assembly into the shipped executable, which knows nothing of it: the runtime calls it before the program.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }
}

namespace FinOps.Platform.Tests.Fixtures
{
    /// <summary>A host that dies of a message: it ends its process whenever one that holds the word is delivered, before anything is done with it.</summary>
    public sealed class PoisonedHost : IHostingStartup
    {
        private const string Variable = "FINOPS_TEST_POISON";

        /// <summary>What makes the shipped host one.</summary>
        /// <param name="word">Of which it dies.</param>
        public static (string Name, string Value)[] Settings(string word) =>
        [
            (Variable, word),
            ("DOTNET_STARTUP_HOOKS", typeof(PoisonedHost).Assembly.Location),
            ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", typeof(PoisonedHost).Assembly.GetName().Name!),
        ];

        public void Configure(IWebHostBuilder builder)
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } word)
                builder.ConfigureServices(services => services.AddReceiveObserver(_ => new Poison(word)));
        }

        private sealed class Poison(string word) : IReceiveObserver
        {
            public Task PreReceive(ReceiveContext context)
            {
                if (System.Text.Encoding.UTF8.GetString(context.GetBody()).Contains(word, StringComparison.Ordinal))
                    Environment.FailFast("Died of a message, as told.");
                return Task.CompletedTask;
            }

            public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

            public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
                where T : class => Task.CompletedTask;

            public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
                where T : class => Task.CompletedTask;

            public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
        }
    }
}
