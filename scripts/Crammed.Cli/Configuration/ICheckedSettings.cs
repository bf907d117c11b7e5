namespace Crammed.Cli.Configuration;

/// <summary>Settings with rules that go beyond the range of one value; the binder asks for them after binding.</summary>
public interface ICheckedSettings
{
    /// <summary>What is wrong with these values, if anything; the binder reports the first problem.</summary>
    IEnumerable<SettingsProblem> Check();
}
