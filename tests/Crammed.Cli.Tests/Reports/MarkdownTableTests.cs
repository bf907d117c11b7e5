using Crammed.Cli.Reports;

namespace Crammed.Cli.Tests.Reports;

internal sealed class MarkdownTableTests
{
    [Test]
    public void Columns_are_padded_and_numbers_aligned_to_the_right()
    {
        var table = new MarkdownTable("task", "accuracy>").AddRow("rte", "0.5").AddRow("wordnet-living", "0.8125");
        Assert.That(table.ToString(), Is.EqualTo(
            "| task           | accuracy |\n"
            + "| -------------- | -------: |\n"
            + "| rte            |      0.5 |\n"
            + "| wordnet-living |   0.8125 |\n"));
    }

    [Test]
    public void Bars_backslashes_and_line_breaks_stay_inside_their_cell() =>
        Assert.That(new MarkdownTable("a").AddRow("x|y\\|\nz").ToString(), Does.EndWith("| x\\|y\\\\\\| z |\n"));

    [Test]
    public void A_row_must_have_a_cell_for_every_column()
    {
        Assert.That(() => new MarkdownTable("a", "b").AddRow("1"),
            Throws.ArgumentException.With.Message.Contains("1 cells; the table has 2 columns"));
        Assert.That(() => new MarkdownTable(), Throws.ArgumentException);
    }
}
