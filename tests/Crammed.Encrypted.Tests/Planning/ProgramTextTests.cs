using System.Security.Cryptography;
using System.Text;
using Crammed.Approximation;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Planning;
using Crammed.Encrypted.Programs;

namespace Crammed.Encrypted.Tests.Planning;

/// <summary>The text of programs: what is written is read as the same program; nothing else is read.</summary>
[TestFixture]
public sealed class ProgramTextTests
{
    /// <summary>The golden text: if it changes, so do the version and the hash.</summary>
    private const string Golden = """
        crammed-program 1
        grid 4 tokens x 2 examples x 4 blocks
        levels 5
        polynomial gate on -1 to 1 error 0.001 coefficients 0.5 0.25 0 -1E-05
        input x[column:2] level 2
        input rate level 1
        output mean = mean
        output y = layer.gated
        instructions 9
        shifted[column:2, step:3] = rotate x[column] by -8*step + 1
        free x
        shifted.level1[column:2, step:3] = lower shifted to 1
        free shifted
        layer.mixed = products 2 * shifted.level1[column, 2*step] * rate over column:2 step:2; rate * rate
        free shifted.level1
        layer.masked.refreshed = refresh layer.mixed range 0.5 by bootstrap
        layer.gated = polynomial gate of layer.masked.refreshed
        mean = sum -1 * layer.gated; constant 0.5*weight where 8/4 from 0 count 2 and 1/4 from 3 count 1

        """;

    private const string GoldenHash = "20712de98b2103fa50b9c99617e9ce0f226d36198c98c4dbf544ecebe4520fbd";

    [Test]
    public void The_golden_text_is_read_and_written_as_it_is()
    {
        var text = Signed(Golden);
        var program = ProgramReader.Read(text, "golden");
        Assert.That(ProgramWriter.Write(program), Is.EqualTo(text));
        Assert.That(ProgramWriter.Hash(program), Is.EqualTo(GoldenHash));
        var products = program.Instructions.OfType<Products>().Single();
        Assert.That(products.Terms.Select(term => term.Factor), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(products.Terms[0].Left.Indices[1].Steps[0].Factor, Is.EqualTo(2));
        Assert.That(program.Levels!.Inputs, Is.EquivalentTo(new Dictionary<string, int> { ["x"] = 2, ["rate"] = 1 }));
    }

    [Test]
    public void A_random_program_is_read_as_it_was_written([Range(1, 60)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 30);
        var text = ProgramWriter.Write(random.Program);
        var read = ProgramReader.Read(text, "program");
        Assert.That(ProgramWriter.Write(read), Is.EqualTo(text));
        Assert.That(ProgramWriter.Hash(read), Is.EqualTo(ProgramWriter.Hash(random.Program)));
        var outputs = random.Run(read, new ClearGroups(read.Grid.SlotCount, 0) { ChecksLevels = false }, _ => 0);
        foreach (var (name, vectors) in random.RunUnplanned())
            Assert.That(outputs[name], Is.EqualTo(vectors));
    }

    [Test]
    public void A_planned_random_program_is_read_as_it_was_written([Range(1, 30)] int seed)
    {
        var random = RandomProgram.Create(seed, instructions: 20);
        var plan = ProgramPlan.Create(random.Program, new SyntheticCosts(5, 200), new EagerPlacement(), new PlanOptions(random.Bounds));
        var text = ProgramWriter.Write(plan.Program);
        var read = ProgramReader.Read(text, "plan");
        Assert.That(ProgramWriter.Write(read), Is.EqualTo(text));
        var outputs = random.Run(read, new ClearGroups(read.Grid.SlotCount, 5), name => read.Levels!.Inputs[name]);
        foreach (var (name, vectors) in random.RunUnplanned())
            Assert.That(outputs[name], Is.EqualTo(vectors));
    }

    [Test]
    public void Storing_and_loading_are_instructions_of_the_text()
    {
        var x = new Value("x", [new Axis("column", 2)]);
        var (loaded, sum) = (new Value("x.loaded", x.Axes), new Value("y", x.Axes));
        var program = new EncryptedProgram(
            SyntheticPrograms.Grid, [x], [new Store(x), new Load(loaded, x), new Sum(sum, [new SumTerm(loaded, 1, [])], [])],
            new Dictionary<string, Value> { ["y"] = sum });
        var text = ProgramWriter.Write(program);
        Assert.That(text, Does.Contain("\nstore x\nx.loaded[column:2] = load x\n"));
        Assert.That(ProgramWriter.Write(ProgramReader.Read(text, "program")), Is.EqualTo(text));
    }

    /// <summary>They belong to values by name, and go with them where a pass leaves values out.</summary>
    [Test]
    public void Domains_are_written_and_read()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var x = program.Input("x");
        var domain = new ValueDomain("layer0.kernel.argument", new Interval(-1, 1.5));
        var kept = program.Within(program.Sum("kept", [], ProgramBuilder.Term(x, 2)), domain);
        program.Within(program.Sum("left_out", [], ProgramBuilder.Term(x)), domain);
        program.Within(program.Sum("anywhere", [], ProgramBuilder.Term(kept)), null);
        program.Output("y", kept);
        var text = ProgramWriter.Write(program.Build());
        Assert.That(text, Does.Contain("\ndomain kept on -1 to 1.5 as layer0.kernel.argument\ndomain left_out on -1 to 1.5 as "));
        var read = ProgramReader.Read(text, "program");
        Assert.That(ProgramWriter.Write(read), Is.EqualTo(text));
        Assert.That(read.Domains["kept"], Is.EqualTo(domain));
        var living = ProgramWriter.Write(DeadCodeElimination.Run(read).Program);
        Assert.That(living, Does.Contain("\ndomain kept ").And.Not.Contain("left_out"));
        string Changed(string from, string to) => Signed(text[..text.IndexOf("sha256", StringComparison.Ordinal)].Replace(from, to, StringComparison.Ordinal));
        Assert.That(
            () => ProgramReader.Read(Changed("domain left_out", "domain kept"), "plan"),
            Throws.TypeOf<ProgramFormatException>().With.Message.Contains("there are two domains of kept"));
        Assert.That(
            () => ProgramReader.Read(Changed("domain left_out", "domain nothing"), "plan"),
            Throws.TypeOf<ProgramFormatException>().With.Message.Contains("the line should be written"));
        Assert.That(
            () => ProgramReader.Read(Changed("on -1 to 1.5", "on 2 to 1.5"), "plan"),
            Throws.TypeOf<ProgramFormatException>().With.Message.Contains("An interval needs low < high"));
    }

    /// <summary>A person who edits a plan is told, whatever the edit.</summary>
    [Test]
    public void A_changed_text_is_refused()
    {
        var text = Signed(Golden);
        for (var i = 20; i < text.Length - 1; i++)
        {
            var changed = $"{text[..i]}{(text[i] == '1' ? '2' : '1')}{text[(i + 1)..]}";
            Assert.That(() => ProgramReader.Read(changed, "plan"), Throws.InstanceOf<ProgramFormatException>());
        }
    }

    /// <summary>Text of all lengths that is cut off.</summary>
    [Test]
    public void A_text_that_is_cut_off_is_refused()
    {
        var text = Signed(Golden);
        for (var length = 0; length < text.Length; length++)
            Assert.That(() => ProgramReader.Read(text[..length], "plan"), Throws.InstanceOf<ProgramFormatException>());
    }

    [TestCase("crammed-program 1", "crammed-program 2",
        "plan, line 1: the program is of version 2, this program reads version 1: plan it anew")]
    [TestCase("crammed-program 1", "%PDF-1.7", "plan, line 1: the character U+0025 at column 1 means nothing here")]
    [TestCase("crammed-program 1", "program 1", "plan, line 1: a program begins with 'crammed-program'")]
    [TestCase("4 tokens", "3 tokens", "plan, line 2: the number of tokens is 3; it must be a power of two")]
    [TestCase("4 tokens", "1048576 tokens", "plan, line 2: the grid has more than 1048576 slots")]
    [TestCase("4 tokens", "99999999999 tokens", "plan, line 2: the number of tokens is 99999999999; it may be 1 to 1048576")]
    [TestCase("on -1 to 1", "on 1 to -1", "plan, line 4: An interval needs low < high, not [1, -1].")]
    [TestCase("0.5 0.25 0", "0.5 1E999 0", "plan, line 4: a coefficient, a finite number, is expected instead of '1E999'")]
    [TestCase("input rate", "input x", "plan, line 6: there is a value x already")]
    [TestCase("level 2", "level 6", "plan, line 5: the input's level is 6; it may be 0 to 5")]
    [TestCase("output mean = mean", "output mean = meant",
        "plan, line 7: the output mean is meant, which is not made, or does not live at the end")]
    [TestCase("output y = layer.gated", "output y = x", "plan, line 8: the output y is x, which is not made, or does not live at the end")]
    [TestCase("output mean", "output y", "plan, line 8: there are two outputs y")]
    [TestCase("instructions 9", "instructions 8", "plan, line 9: 8 instructions are announced, 9 lines follow")]
    [TestCase("x[column] by", "x[column + 1] by", "plan, line 10: x is read at 1 to 2 of axis column:2")]
    [TestCase("x[column] by", "x[layer] by", "plan, line 10: an index runs over layer, which no loop runs over")]
    [TestCase("x[column] by", "x by", "plan, line 10: x[column:2] is read by 0 indices")]
    [TestCase("x[column] by", "z[column] by", "plan, line 10: z is not made before this line, or is freed")]
    [TestCase("x[column] by", "shifted[column] by", "plan, line 10: shifted is not made before this line, or is freed")]
    [TestCase("-8*step + 1", "2147483647*step + 1", "plan, line 10: an index reaches 4294967295 in size")]
    [TestCase("-8*step + 1", "-2147483648*step", "plan, line 10: a number is -2147483648; it may be -2147483647 to 2147483647")]
    [TestCase("-8*step + 1", "1 + -8*step",
        "plan, line 10: the line should be written 'shifted[column:2, step:3] = rotate x[column] by -8*step + 1'")]
    [TestCase("shifted[column:2, step:3] = rotate", "shifted[column:2, column:3] = rotate",
        "plan, line 10: shifted has two axes of one name")]
    [TestCase("shifted[column:2, step:3] = rotate", "shifted[column:2, step:1048576] = rotate",
        "plan, line 10: shifted has 2097152 vectors; a group has at most 1048576")]
    [TestCase("shifted[column:2, step:3] = rotate", "shifted[column:2, step:0] = rotate",
        "plan, line 10: the length of axis step is 0; it may be 1 to 1048576")]
    [TestCase("= rotate x", "= turn x", "plan, line 10: there is no instruction 'turn'")]
    [TestCase("free x", "drop x", "plan, line 11: no instruction begins like this")]
    [TestCase("free x", "free x y", "plan, line 11: the line should end instead of 'y'")]
    [TestCase("lower shifted to 1", "lower shifted to 2", "plan, line 12: shifted.level1 is lowered from level 2 to 2")]
    [TestCase("lower shifted to 1", "lower shifted to -1", "plan, line 12: a level is -1; it may be 0 to 63")]
    [TestCase("lower shifted to 1", "lower shifted to 0", "plan, line 14: layer.mixed: Products reads levels 0 and 1")]
    [TestCase("free shifted\n", "free x\n", "plan, line 13: x is not made before this line, or is freed")]
    [TestCase("over column:2 step:2", "over column:3 step:2", "plan, line 14: shifted.level1 is read at 0 to 2 of axis column:2")]
    [TestCase("over column:2 step:2", "over column:2 column:2", "plan, line 14: there are two loops over column")]
    [TestCase("over column:2 step:2", "over column:2 step:2 k:1048576 l:1048576",
        "plan, line 14: the loops have 4398046511104 points; an instruction's have at most 67108864")]
    [TestCase("range 0.5", "range 0.75", "plan, line 16: the range of layer.mixed is 0.75; it must be a power of two")]
    [TestCase("range 0.5", "range 0", "plan, line 16: the range of layer.mixed is 0; it must be a power of two")]
    [TestCase("by bootstrap", "by hand", "plan, line 16: 'bootstrap' is expected instead of 'hand'")]
    [TestCase("layer.masked.refreshed = ", "layer.masked.refreshed, z = ", "plan, line 16: 1 values are refreshed to 2")]
    [TestCase("polynomial gate of", "polynomial kernel of", "plan, line 17: there is no polynomial kernel")]
    [TestCase("mean = sum -1 * layer.gated; constant", "mean = sum constant 1; constant",
        "plan, line 18: mean is a sum of constants alone")]
    [TestCase("8/4 from", "0/4 from", "plan, line 18: a stride is 0; it may be 1 to 32")]
    [TestCase("8/4 from", "8/0 from", "plan, line 18: a digit's size is 0; it may be 1 to 32")]
    [TestCase("mean = sum", "mean = ", "plan, line 18: the kind of the instruction is expected instead of '-1'")]
    [TestCase("mean = sum", "mean, z = sum", "plan, line 18: sum makes one value, not 2")]
    public void What_is_wrong_with_a_text_is_said_in_a_line(string part, string replacement, string message)
    {
        Assert.That(Golden, Does.Contain(part));
        var at = Golden.IndexOf(part, StringComparison.Ordinal);
        var text = Signed($"{Golden[..at]}{replacement}{Golden[(at + part.Length)..]}");
        Assert.That(() => ProgramReader.Read(text, "plan"), Throws.InstanceOf<ProgramFormatException>().With.Message.EqualTo(message));
    }

    [Test]
    public void A_hash_that_is_not_of_the_text_is_said()
    {
        var text = Signed(Golden).Replace("range 0.5", "range 0.25", StringComparison.Ordinal);
        Assert.That(
            () => ProgramReader.Read(text, "plan"),
            Throws.InstanceOf<ProgramFormatException>().With.Message.StartsWith("plan, line 19: the text was changed after"));
    }

    /// <summary>Damaged texts whose hash is right are read or refused, never anything else.</summary>
    [Test]
    public void Damaged_texts_are_refused_by_the_reader_alone([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var original = RandomProgram.Create(seed, 12);
        var planned = ProgramPlan.Create(
            original.Program, new SyntheticCosts(5, 200), new EagerPlacement(), new PlanOptions(original.Bounds));
        var body = ProgramWriter.Write(planned.Program);
        body = body[..(body.LastIndexOf('\n', body.Length - 2) + 1)];
        const string characters = "0123456789-+*/[],:;= abxyz.\nE";
        for (var i = 0; i < 300; i++)
        {
            var damaged = new StringBuilder(body);
            for (var j = 0; j <= random.Next(3); j++)
            {
                var at = random.Next(damaged.Length);
                if (random.Next(2) == 0)
                    damaged[at] = characters[random.Next(characters.Length)];
                else
                    damaged.Remove(at, Math.Min(damaged.Length - at, 1 + random.Next(6)));
            }
            try
            {
                ProgramReader.Read(Signed(damaged.ToString()), "plan");
            }
            catch (ProgramFormatException exception)
            {
                Assert.That(exception.Message, Does.Match("^plan, line [0-9]+: .").And.Not.Contains("\n"));
            }
        }
    }

    private const string Vectors = """
        crammed-program 1
        grid 4 tokens x 2 examples x 4 blocks
        input x[column:2]
        output y = y
        instructions 2
        z[column:2] = masked x[column] * 2*rate vector weight 4 x 2 column -1*column + 1; x[term] * 1 vector weight 3 x 2 rows 2 over term:2
        y[column:2] = sum z[column]; constant 0.5 vector layers.0.bias 3 x 2 column column where 8/4 from 0 count 2

        """;

    [Test]
    public void Frozen_vectors_are_read_and_written_as_they_are()
    {
        var text = Signed(Vectors);
        var program = ProgramReader.Read(text, "plan");
        Assert.That(ProgramWriter.Write(program), Is.EqualTo(text));
        var masks = program.Instructions.OfType<Masked>().Single().Terms.Select(term => term.Mask).ToArray();
        Assert.That(masks[0].Vector!.Column.Steps[0].Factor, Is.EqualTo(-1));
        Assert.That(masks[1].Vector, Is.EqualTo(FrozenVector.Spread("weight", new FeatureBlocks(3, 2), 2)));
    }

    private const string Cycle = """
        crammed-program 1
        grid 4 tokens x 2 examples x 4 blocks
        input x[column:4]
        output y = y
        instructions 1
        y[shift:4] = spread-products x 4 x 3 to 4 x 2 rows 2 cycle 2 rows 1 by w

        """;

    [TestCase("cycle 2", "cycle 1", "plan, line 6: the length of a cycle is 1; it may be 2 to 4")]
    [TestCase("cycle 2", "cycle 3", "plan, line 6: x[column:4] has 4 vectors, 4x3 takes 3")]
    [TestCase(" cycle 2 rows 1", "", "plan, line 6: x[column:4] has 4 vectors, 4x3 takes 3")]
    [TestCase("rows 1 by", "rows 0 by", "plan, line 6: the number of rows is 0; it may be 1 to 4")]
    public void Columns_that_lie_in_turn_are_of_the_text(string part, string replacement, string message)
    {
        var text = Signed(Cycle);
        var program = ProgramReader.Read(text, "plan");
        Assert.That(ProgramWriter.Write(program), Is.EqualTo(text));
        Assert.That(program.Instructions.OfType<SpreadProducts>().Single().Cycle, Is.EqualTo(new ColumnCycle(2, 1)));
        var damaged = Signed(Cycle.Replace(part, replacement, StringComparison.Ordinal));
        Assert.That(() => ProgramReader.Read(damaged, "plan"), Throws.InstanceOf<ProgramFormatException>().With.Message.EqualTo(message));
    }

    [TestCase("weight 4 x 2", "weight 5 x 2", "plan, line 6: the number of blocks is 5; it may be 1 to 4")]
    [TestCase("weight 4 x 2", "weight 4 x 0", "plan, line 6: the number of columns is 0; it may be 1 to 1048576")]
    [TestCase("weight 4 x 2", "weight 4 x 1", "plan, line 6: weight is read at columns 0 to 1 of 1")]
    [TestCase("-1*column + 1", "-1*column", "plan, line 6: weight is read at columns -1 to 0 of 2")]
    [TestCase("column -1*column + 1", "column term", "plan, line 6: an index runs over term, which no loop runs over")]
    [TestCase("rows 2", "rows 0", "plan, line 6: the number of rows is 0; it may be 1 to 4")]
    [TestCase("rows 2", "rows 4", "plan, line 6: 2 columns every 4 rows do not fit 4 tokens")]
    [TestCase("3 x 2 rows 2", "3 x 1048576 rows 2", "plan, line 6: 1048576 columns every 2 rows do not fit 4 tokens")]
    [TestCase("3 x 2 rows 2", "3 x 2", "plan, line 6: 'column' is expected instead of 'over'")]
    [TestCase("vector layers.0.bias", "vector 7", "plan, line 7: a vector's name is expected instead of '7'")]
    [TestCase("column column where", "column 2 where", "plan, line 7: layers.0.bias is read at columns 2 to 2 of 2")]
    public void What_is_wrong_with_a_vector_is_said_in_a_line(string part, string replacement, string message)
    {
        Assert.That(Vectors, Does.Contain(part));
        var at = Vectors.IndexOf(part, StringComparison.Ordinal);
        var text = Signed($"{Vectors[..at]}{replacement}{Vectors[(at + part.Length)..]}");
        Assert.That(() => ProgramReader.Read(text, "plan"), Throws.InstanceOf<ProgramFormatException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Names_that_the_text_cannot_hold_are_refused()
    {
        var program = new ProgramBuilder(SyntheticPrograms.Grid);
        var x = program.Input("x y");
        program.Output("y", program.Multiply("square", [], x, x));
        Assert.That(() => ProgramWriter.Write(program.Build()), Throws.ArgumentException.With.Message.Contains("'x y' cannot be written"));
    }

    [Test]
    public void Two_polynomials_of_one_name_are_refused()
    {
        var (x, y, z) = (new Value("x", []), new Value("y", []), new Value("z", []));
        var program = new EncryptedProgram(
            SyntheticPrograms.Grid, [x], [new PolynomialOf(y, x, "f", Line(1)), new PolynomialOf(z, x, "f", Line(2))],
            new Dictionary<string, Value> { ["z"] = z });
        Assert.That(() => ProgramWriter.Write(program), Throws.ArgumentException.With.Message.EqualTo("two polynomials have the name f"));

        static ChebyshevPolynomial Line(double slope) => new(Interval.Unit, [0, slope]);
    }

    private static string Signed(string body) =>
        $"{body}sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\n";
}
