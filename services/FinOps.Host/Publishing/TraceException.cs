namespace FinOps.Host.Publishing;

/// <summary>A file, or a row of it, that cannot be read. The message is for the person who typed the command.</summary>
internal sealed class TraceException : Exception
{
    public TraceException(string message)
        : base(message)
    {
    }

    public TraceException(string file, long line, string column, string flaw)
        : base($"{file}, line {line}, {column}: {flaw}")
    {
    }
}
