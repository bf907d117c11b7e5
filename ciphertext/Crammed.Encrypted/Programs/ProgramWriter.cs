using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Crammed.Approximation;
using Crammed.Encrypted.Layouts;

namespace Crammed.Encrypted.Programs;

/// <summary>
/// Writes a program as text that a person reads and compares: a head with the slots, levels, polynomials, inputs, outputs and domains, then a
/// line for each instruction, then the SHA-256 of all lines before. A program has one text; <see cref="ProgramReader"/> takes no other.
/// </summary>
public static class ProgramWriter
{
    /// <summary>The text, with '\n' after every line.</summary>
    /// <exception cref="ArgumentException">a name has characters that the text does not allow, or two polynomials have one name</exception>
    public static string Write(EncryptedProgram program)
    {
        var body = Body(program);
        return $"{body}{ProgramText.Hash} {HashOf(body)}\n";
    }

    /// <summary>The SHA-256 of a program's text, in hexadecimal: what names it in other files.</summary>
    /// <exception cref="ArgumentException">as <see cref="Write"/></exception>
    public static string Hash(EncryptedProgram program) => HashOf(Body(program));

    internal static string HashOf(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private static string Body(EncryptedProgram program)
    {
        var text = new StringBuilder();
        Line($"{ProgramText.Magic} {ProgramText.Version}");
        Line($"grid {program.Grid.Tokens} tokens x {program.Grid.Examples} examples x {program.Grid.Blocks} blocks");
        if (program.Levels is { } levels)
            Line($"levels {levels.Refreshed}");
        foreach (var (name, polynomial) in Polynomials(program))
            Line($"polynomial {Name(name)} {Polynomial(polynomial)}");
        foreach (var input in program.Inputs)
            Line($"input {Made(input)}{(program.Levels is { } given ? $" level {given.Inputs[input.Name]}" : "")}");
        foreach (var (name, value) in program.Outputs.OrderBy(output => output.Key, StringComparer.Ordinal))
            Line($"output {Name(name)} = {Name(value.Name)}");
        var made = program.Instructions.SelectMany(instruction => instruction.Results).Select(value => value.Name).ToHashSet();
        foreach (var (value, domain) in program.Domains.Where(entry => made.Contains(entry.Key)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
            Line($"domain {Name(value)} on {Number(domain.Interval.Low)} to {Number(domain.Interval.High)} as {Name(domain.Name)}");
        Line($"instructions {program.Instructions.Count}");
        foreach (var instruction in program.Instructions)
            Line(InstructionLine(instruction));
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static Dictionary<string, ChebyshevPolynomial> Polynomials(EncryptedProgram program)
    {
        var polynomials = new Dictionary<string, ChebyshevPolynomial>();
        foreach (var instruction in program.Instructions.OfType<PolynomialOf>())
        {
            if (!polynomials.TryAdd(instruction.Function, instruction.Approximation)
                && Polynomial(polynomials[instruction.Function]) != Polynomial(instruction.Approximation))
            {
                throw new ArgumentException($"two polynomials have the name {instruction.Function}");
            }
        }
        return polynomials;
    }

    private static string Polynomial(ChebyshevPolynomial polynomial)
    {
        var error = polynomial.MaxError is { } known ? $" error {Number(known)}" : "";
        var coefficients = string.Join(' ', polynomial.Coefficients.Select(Number));
        return $"on {Number(polynomial.Domain.Low)} to {Number(polynomial.Domain.High)}{error} coefficients {coefficients}";
    }

    private static FormattableString InstructionLine(Instruction instruction)
    {
        var results = string.Join(", ", instruction.Results.Select(Made));
        return instruction switch
        {
            Sum sum => $"{results} = sum {Terms([.. sum.Terms.Select(Term), .. sum.Constants.Select(mask => $"constant {Mask(mask)}")])}",
            Products products => $"{results} = products {Terms(products.Terms.Select(Term))}",
            SquaredDifferences squares =>
                $"{results} = squared-differences {Read(squares.Left)} - {Read(squares.Right)}{Over(squares.Over)}",
            Masked masked => $"{results} = masked {Terms(masked.Terms.Select(Term))}",
            Rotate rotate => $"{results} = rotate {Read(rotate.Operand)} by {Index(rotate.Steps)}",
            RotateAndSum rotate => $"{results} = rotate-and-sum {Read(rotate.Operand)} by {Index(rotate.Steps)}{Over(rotate.Over)}",
            Fold fold => $"{results} = fold {Read(fold.Operand)} stride {fold.Stride} count {fold.Count}",
            PolynomialOf polynomial => $"{results} = polynomial {Name(polynomial.Function)} of {Read(polynomial.Operand)}",
            Join join => $"{results} = join {string.Join(", ", join.Parts.Select(part => Name(part.Name)))}",
            LinearMap map => $"{results} = linear-map {Maps(map)}",
            SpreadProducts map => $"{results} = spread-products {Maps(map)}",
            Lower lower => $"{results} = lower {Name(lower.Operand.Name)} to {lower.Level}",
            Refresh refresh => $"{results} = refresh {Ranges(refresh)} by {Method(refresh.Method)}",
            Load load => $"{results} = load {Name(load.Stored.Name)}",
            Free free => $"free {Name(free.Operand.Name)}",
            Store store => $"store {Name(store.Operand.Name)}",
            _ => throw new NotSupportedException($"no text is known of {instruction.GetType().Name}"),
        };
    }

    private static string List(IEnumerable<string> items) => string.Join(", ", items);

    private static string Terms(IEnumerable<string> terms) => string.Join("; ", terms);

    private static string Term(SumTerm term) => $"{Factor(term.Factor)}{Read(term.Operand)}{Over(term.Over)}";

    private static string Term(ProductTerm term) => $"{Factor(term.Factor)}{Read(term.Left)} * {Read(term.Right)}{Over(term.Over)}";

    private static string Term(MaskTerm term) => $"{Read(term.Operand)} * {Mask(term.Mask)}{Over(term.Over)}";

    private static string Factor(long factor) => factor == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{factor} * ");

    private static string Over(ValueList<Axis> axes) => axes.Count == 0 ? "" : $" over {string.Join(' ', axes.Select(Axis))}";

    private static string Axis(Axis axis) => string.Create(CultureInfo.InvariantCulture, $"{Name(axis.Name)}:{axis.Size}");

    /// <summary>A value where it is made, with its axes.</summary>
    private static string Made(Value value) => value.Axes.Count == 0
        ? Name(value.Name)
        : $"{Name(value.Name)}[{List(value.Axes.Select(Axis))}]";

    /// <summary>A vector of a group, by its indices.</summary>
    private static string Read(Operand operand) => operand.Indices.Count == 0
        ? Name(operand.Value.Name)
        : $"{Name(operand.Value.Name)}[{List(operand.Indices.Select(Index))}]";

    private static string Index(AxisIndex index)
    {
        var steps = index.Steps.Select(step =>
            step.Factor == 1 ? Name(step.Axis.Name) : string.Create(CultureInfo.InvariantCulture, $"{step.Factor}*{Name(step.Axis.Name)}"));
        string[] offset = index.Offset == 0 && index.Steps.Count > 0 ? [] : [index.Offset.ToString(CultureInfo.InvariantCulture)];
        return string.Join(" + ", steps.Concat(offset));
    }

    private static string Mask(SlotMask mask)
    {
        var number = mask.Scalar is not { } scalar ? Number(mask.Factor)
            : mask.Factor == 1 ? Name(scalar)
            : $"{Number(mask.Factor)}*{Name(scalar)}";
        var values = mask.Vector is { } vector ? $"{number} {ProgramText.Vector} {Vector(vector)}" : number;
        return mask.Conditions.Count == 0 ? values : $"{values} where {string.Join(" and ", mask.Conditions.Select(Condition))}";
    }

    private static string Vector(FrozenVector vector) => vector.RowStep > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Name(vector.Name)} {Blocks(vector.Features)} rows {vector.RowStep}")
        : $"{Name(vector.Name)} {Blocks(vector.Features)} column {Index(vector.Column)}";

    private static string Condition(SlotCondition condition) => string.Create(
        CultureInfo.InvariantCulture, $"{condition.Stride}/{condition.Size} from {Index(condition.Start)} count {Index(condition.Count)}");

    private static string Maps(LinearMap map)
    {
        var inputs = List(map.Inputs.Zip(map.InputBlocks, (value, blocks) => $"{Name(value.Name)} {Blocks(blocks)}"));
        return $"{inputs} to {List(map.OutputBlocks.Select(Blocks))} by {List(map.Matrices.Select(Matrix))}";
    }

    private static string Maps(SpreadProducts map) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name(map.Operand.Name)} {Blocks(map.InputBlocks)} to {Blocks(map.OutputBlocks)} rows {map.RowStep}{Cycle(map.Cycle)} by {Matrix(map.Matrix)}");

    private static string Cycle(ColumnCycle cycle) => cycle == ColumnCycle.Repeated
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" cycle {cycle.Length} rows {cycle.RowStep}");

    private static string Ranges(Refresh refresh) =>
        List(refresh.Sources.Zip(refresh.Ranges, (source, range) => $"{Name(source.Name)} range {Number(range)}"));

    private static string Blocks(FeatureBlocks blocks) =>
        string.Create(CultureInfo.InvariantCulture, $"{blocks.Blocks} x {blocks.Columns}");

    private static string Matrix(FrozenMatrix matrix) => matrix.Transposed ? $"{Name(matrix.Name)}^T" : Name(matrix.Name);

    private static string Method(RefreshMethod method) => method == RefreshMethod.Bootstrap ? ProgramText.Bootstrap : ProgramText.Client;

    private static string Number(double number) => double.IsFinite(number)
        ? number.ToString("R", CultureInfo.InvariantCulture)
        : throw new ArgumentException($"a program holds finite numbers, not {number}");

    private static string Name(string name) => ProgramText.IsName(name)
        ? name
        : throw new ArgumentException(
            $"'{name}' cannot be written: a name begins with a letter or '_', and has letters, digits, '_', '.' and '-'");
}
