namespace FinOps.Platform.Graph.Scalars;

/// <summary>A JSON number of a variable that is not a 64-bit whole number, in its own digits: each scalar reads them its own way.</summary>
internal sealed record JsonNumber(string Text)
{
    public override string ToString() => Text;
}
