using System.Globalization;

namespace FinOps.Host.Benchmarks;

/// <summary>What the running host of `infra/up` holds in memory, as the kernel says.</summary>
internal sealed class HostMemory
{
    private readonly string process;

    private HostMemory(string process) => this.process = process;

    /// <exception cref="InvalidOperationException">No host of `infra/up` runs on this machine.</exception>
    public static HostMemory Find()
    {
        var file = Path.Combine(Environment.GetEnvironmentVariable("FINOPS_HOME") ?? ".finops", "host.pid");
        var process = File.Exists(file) ? $"/proc/{File.ReadAllText(file).Trim()}" : "";
        return Directory.Exists(process)
            ? new HostMemory(process)
            : throw new InvalidOperationException($"{file} names no process: measure with `infra/bench`, which starts a host of its own.");
    }

    public int ProcessId => int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture);

    public double ResidentMegabytes() => Megabytes("VmRSS:");

    public double PeakMegabytes() => Megabytes("VmHWM:");

    /// <summary>Forgets the peak so far.</summary>
    public void ResetPeak() => File.WriteAllText($"{process}/clear_refs", "5");

    private double Megabytes(string name)
    {
        var line = File.ReadLines($"{process}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1];
        return double.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
