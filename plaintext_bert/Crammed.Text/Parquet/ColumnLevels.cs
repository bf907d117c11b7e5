namespace Crammed.Text.Parquet;

/// <summary>
/// What a column's levels mean (Melnik et al., "Dremel", VLDB 2010, section 4): a value's definition level counts the optional and
/// repeated nodes on its path that are there, its repetition level the repeated ones that continue.
/// </summary>
/// <param name="MaximumDefinition">Definition level of a value that is there.</param>
/// <param name="MaximumRepetition">Repeated nodes on the path.</param>
/// <param name="ElementDefinition">
/// Definition level from which a list has an element, null or not; one less is an empty list, less than that a null one.
/// 0 without lists.
/// </param>
internal readonly record struct ColumnLevels(int MaximumDefinition, int MaximumRepetition, int ElementDefinition);
