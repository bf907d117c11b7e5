namespace Crammed.Files;

/// <summary>What a safetensors header says about one tensor, checked.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DataType">Its element type.</param>
/// <param name="Shape">Its axes, outermost first; empty for a scalar.</param>
/// <param name="Count">Number of values: the product of the axes.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last, counted from the end of the header.</param>
internal sealed record TensorEntry(string Name, SafetensorsDataType DataType, long[] Shape, long Count, long Begin, long End);
