using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>What is wrong with a file's rows: the first of them in full, the rest counted.</summary>
public sealed class RowFlaws
{
    /// <summary>Flaws that are told one by one: whoever mends these finds the rest.</summary>
    public const int Told = 50;

    private readonly List<Rejection> told = [];
    private long count;

    /// <param name="code">snake_case.</param>
    /// <param name="row">From 1, the header not counted.</param>
    /// <param name="column">As the file calls it.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public void Add(string code, int row, string column, string message)
    {
        if (++count <= Told) told.Add(new Rejection(code, $"rows[{row}].{column}", $"Row {row}, column '{column}': {message}"));
    }

    /// <exception cref="RejectedException">Some row is wrong.</exception>
    public void ThrowIfAny()
    {
        if (count == 0) return;
        if (count > Told) told.Add(new Rejection("more_rows", "rows", $"{count - Told} more cells are wrong."));
        throw new RejectedException([.. told]);
    }
}
