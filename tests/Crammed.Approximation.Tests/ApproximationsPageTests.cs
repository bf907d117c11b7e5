namespace Crammed.Approximation.Tests;

[TestFixture]
public class ApproximationsPageTests
{
    [Test]
    public void The_page_of_the_documentation_is_what_the_approximations_reach() => Assert.That(
        File.ReadAllText(Page), Is.EqualTo(ApproximationsPage.ToMarkdown(PaperFigure.Read())),
        "make it again: dotnet test tests/Crammed.Approximation.Tests --filter Name=Write_the_page");

    [Test, Explicit("writes docs/approximations.md")]
    public void Write_the_page() => File.WriteAllText(Page, ApproximationsPage.ToMarkdown(PaperFigure.Read()));

    private static string Page => Path.Combine(PaperFigure.Checkout(), "docs", "approximations.md");
}
