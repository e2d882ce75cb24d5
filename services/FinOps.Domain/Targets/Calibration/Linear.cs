namespace FinOps.Domain.Targets.Calibration;

/// <summary>A few equations with as many unknowns.</summary>
internal static class Linear
{
    /// <summary>By elimination with the greatest pivot. What nothing depends on stays zero.</summary>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        var (n, m, x) = (right.Length, (double[,])matrix.Clone(), (double[])right.Clone());
        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
                if (Math.Abs(m[row, column]) > Math.Abs(m[pivot, column])) pivot = row;
            if (m[pivot, column] == 0) continue;
            for (var j = 0; j < n; j++) (m[column, j], m[pivot, j]) = (m[pivot, j], m[column, j]);
            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = m[row, column] / m[column, column];
                if (factor == 0) continue;
                for (var j = column; j < n; j++) m[row, j] -= factor * m[column, j];
                x[row] -= factor * x[column];
            }
        }

        for (var row = n - 1; row >= 0; row--)
        {
            for (var j = row + 1; j < n; j++) x[row] -= m[row, j] * x[j];
            x[row] = m[row, row] == 0 ? 0 : x[row] / m[row, row];
        }

        return x;
    }
}
