using System.ComponentModel;
using System.Diagnostics;

namespace Crammed.Cli.Reports;

/// <summary>The version of the source that a program was built from, where it lies in a git checkout.</summary>
internal static class SourceVersion
{
    /// <summary>The commit, with <c>-dirty</c> where files have changed since; null without git or outside a checkout.</summary>
    /// <param name="folder">A folder of the checkout.</param>
    public static string? Of(string folder)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, "describe", "--always", "--dirty", "--abbrev=12"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var version = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 && version.Length > 0 ? version : null;
        }
        catch (Win32Exception)
        {
            // There is no git: the version is not known.
            return null;
        }
    }
}
