using Crammed.Ckks;
using Crammed.Ckks.Client;
using Crammed.Encrypted.Containers;
using Crammed.Encrypted.Execution;
using Crammed.Encrypted.Layouts;
using Crammed.Encrypted.Programs;
using Crammed.Files;

namespace Crammed.Converter.Tests;

/// <summary>
/// Keys of planned programs in a folder: exactly those, private and public apart, whole or not at all; and everything that does not go
/// together is one line before any work.
/// </summary>
[TestFixture]
public sealed class KeyFolderTests
{
    private static readonly CkksParameters Parameters = CkksParameters.Create(NamedParameters.InsecureN11);
    private static readonly CkksLevels Levels = CkksLevels.ForClient(Parameters);

    /// <summary>A rotation by 64 at level 8, its product at level 8, a rotation of that by 128 at level 7.</summary>
    private static readonly EncryptedProgram Training = Program((64, 8, true), (128, 7, false));

    /// <summary>A rotation by 128 at level 5, and one by -1, which is one by 1023 to the left.</summary>
    private static readonly EncryptedProgram Evaluation = Program((128, 5, false), (-1, 5, false));

    private string _folder = "";

    private string Keys => Path.Combine(_folder, "keys");

    private string PublicKeys => Path.Combine(Keys, "public");

    private string EvaluationKeyPath => Path.Combine(PublicKeys, "evaluation.keys");

    private string SecretKeyPath => Path.Combine(Keys, "private", "secret.key");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("crammed-keys-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_keys_are_those_of_all_programs_each_up_to_its_level_and_no_others()
    {
        var summary = Generate(Keys, Training, Evaluation);
        using var keys = KeyFolder.OpenEvaluationKeys(Keys, Parameters);
        (EvaluationKeyKind, int, int)[] expected =
        [
            (EvaluationKeyKind.Relinearization, 0, 8), (EvaluationKeyKind.Rotation, 64, 8), (EvaluationKeyKind.Rotation, 128, 7),
            (EvaluationKeyKind.Rotation, 1023, 5),
        ];
        Assert.That(keys.Manifest.Select(key => (key.Kind, key.Steps, key.Level)), Is.EqualTo(expected));
        Assert.That(summary.RotationCount, Is.EqualTo(3));
        Assert.That(summary.EvaluationKeyFileBytes, Is.EqualTo(new FileInfo(EvaluationKeyPath).Length));
        var manifest = KeysManifest.Read(PublicKeys);
        Assert.That(manifest.Keys.Select(key => (key.Kind, key.Steps, key.Level)), Is.EqualTo(expected));
        Assert.That(manifest.Keys.Select(key => key.Bytes), Is.EqualTo(keys.Manifest.Select(key => key.FileBytes)));
        Assert.That(manifest.Plans, Is.EqualTo(new[] { ProgramWriter.Hash(Training), ProgramWriter.Hash(Evaluation) }));
        Assert.That((manifest.ParameterSet, manifest.Security), Is.EqualTo((Parameters.Name, Parameters.SecurityDescription)));
    }

    /// <summary>A program that bootstraps brings the keys of its bootstraps, and they are enough for one.</summary>
    [Test]
    public void Bootstraps_have_their_keys()
    {
        var parameters = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);
        var plan = new BootstrappingPlan(parameters);
        var levels = CkksLevels.ForBootstrapping(plan);
        Value x = new("x", []), y = new("y", []);
        var program = new EncryptedProgram(
            new SlotGrid(16, 8, 8), [x], [new Refresh([y], [x], [1], RefreshMethod.Bootstrap)], new Dictionary<string, Value> { ["y"] = y })
        {
            Levels = new ProgramLevels(levels.RefreshedLevel, new Dictionary<string, int> { ["x"] = 0 }),
        };
        KeyFolder.Generate(Keys, KeyFolderRequest.Of([program], levels), SystemResources.Unchecked, null, CancellationToken.None);
        using var keys = KeyFolder.OpenEvaluationKeys(Keys, parameters, ProgramKeys.Of(program, levels));
        using var secret = KeyFolder.OpenSecret(Keys, parameters);
        using var bootstrapper = new Bootstrapper(plan, new Evaluator(parameters, keys), new CkksEncoder(parameters));
        using var low = new Encryptor(secret).Encrypt([0.5], plan.InputLevel);
        using var high = bootstrapper.BootstrapReal(low);
        // 23 bits are what these sets' bootstraps keep of values of one.
        Assert.That(new Decryptor(secret).DecryptToRealSlots(high, Math.ScaleB(1, -20))[0], Is.EqualTo(0.5).Within(Math.ScaleB(1, -16)));
    }

    [Test]
    public void All_parts_have_one_id_and_public_has_no_secret()
    {
        var summary = Generate(Keys, Training);
        using var secret = KeyFolder.OpenSecret(Keys, Parameters);
        using var keys = KeyFolder.OpenEvaluationKeys(Keys, Parameters, ProgramKeys.Of(Training, Levels));
        using var publicKey = PublicKeyReader.Load(Path.Combine(PublicKeys, "public.key"), Parameters);
        Assert.That(
            new[] { summary.KeyId, keys.KeyId!.Value, publicKey.KeyId, KeysManifest.Read(PublicKeys).Owner }, Is.All.EqualTo(secret.KeyId));
        Assert.That(Names(PublicKeys), Is.EqualTo(new[] { "evaluation.keys", "keys.json", "public.key" }));
        Assert.That(
            Names(Keys), Is.EqualTo(new[] { "private/secret.key", "public/evaluation.keys", "public/keys.json", "public/public.key" }));
        Assert.That(Directory.GetFileSystemEntries(Keys), Has.Length.EqualTo(2), "nothing else is left");
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void The_secret_key_is_its_owners_alone()
    {
        Generate(Keys, Training);
        Assert.That(File.GetUnixFileMode(SecretKeyPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(
            File.GetUnixFileMode(Path.GetDirectoryName(SecretKeyPath)!),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Keys_of_two_generations_are_refused_in_any_mixture()
    {
        var other = Path.Combine(_folder, "other");
        KeySummary first = Generate(Keys, Training), second = Generate(other, Training);
        var kept = File.ReadAllBytes(SecretKeyPath);
        File.Copy(Path.Combine(other, "private", "secret.key"), SecretKeyPath, overwrite: true);
        Refused(() => KeyFolder.OpenSecret(Keys, Parameters), SecretKeyPath, second.KeyId.Short, first.KeyId.Short);
        File.WriteAllBytes(SecretKeyPath, kept);
        foreach (var file in new[] { "evaluation.keys", "keys.json" })
        {
            var path = Path.Combine(PublicKeys, file);
            var before = File.ReadAllBytes(path);
            File.Copy(Path.Combine(other, "public", file), path, overwrite: true);
            Refused(() => KeyFolder.OpenEvaluationKeys(Keys, Parameters), EvaluationKeyPath, second.KeyId.Short, first.KeyId.Short);
            File.WriteAllBytes(path, before);
        }
        using var keys = KeyFolder.OpenEvaluationKeys(Keys, Parameters);
        using var secret = KeyFolder.OpenSecret(Keys, Parameters);
    }

    /// <summary>The server has the public folder, the key holder the private one.</summary>
    [Test]
    public void Each_part_opens_without_the_other()
    {
        Generate(Keys, Training);
        var server = Path.Combine(_folder, "server");
        Directory.Move(PublicKeys, server);
        using var secret = KeyFolder.OpenSecret(Keys, Parameters);
        using var keys = PublicKeyFolder.OpenEvaluationKeys(server, Parameters, ProgramKeys.Of(Training, Levels));
        Assert.That(keys.KeyId, Is.EqualTo(secret.KeyId));
    }

    [Test]
    public void The_first_key_that_a_program_misses_is_named_before_any_is_read()
    {
        Generate(Keys, Training);
        Refused(
            () => KeyFolder.OpenEvaluationKeys(Keys, Parameters, ProgramKeys.Of(Evaluation, Levels)),
            EvaluationKeyPath, "there is no key of a rotation by 1023 for level 5; make keys for this plan");
        Generate(Path.Combine(_folder, "low"), Evaluation);
        Refused(
            () => KeyFolder.OpenEvaluationKeys(Path.Combine(_folder, "low"), Parameters, ProgramKeys.Of(Training, Levels)),
            "there is no relinearization key for level 8");
        Refused(
            () => KeyFolder.OpenEvaluationKeys(
                Path.Combine(_folder, "low"), Parameters, ProgramKeys.Of(Program((128, 6, false)), Levels)),
            "there is no key of a rotation by 128 for level 6, only one that serves levels up to 5");
    }

    [Test]
    public void Another_parameter_set_and_damaged_lists_are_refused()
    {
        Generate(Keys, Training);
        var other = CkksParameters.Create(NamedParameters.InsecureN12);
        Refused(() => KeyFolder.OpenEvaluationKeys(Keys, other), PublicKeys, "insecure-N11", "insecure-N12");
        Refused(() => KeyFolder.OpenSecret(Keys, other), SecretKeyPath, "insecure-N12");
        var list = Path.Combine(PublicKeys, "keys.json");
        var text = File.ReadAllText(list);
        foreach (var (from, to, words) in new[]
        {
            ("\"level\": 7", "\"level\": 8", "it holds other keys than keys.json beside it lists"),
            ("\"format\": 1", "\"format\": 2", "format 2, this program reads 1"),
            ("\"key_id\": \"", "\"key_id\": \"x", "key_id is 'x"),
            ("\"plans\"", "\"plots\"", "plots"),
            ("\"rotation\"", "3", "keys.json"),
        })
        {
            Assert.That(text, Does.Contain(from));
            File.WriteAllText(list, text.Replace(from, to, StringComparison.Ordinal));
            Refused(() => KeyFolder.OpenEvaluationKeys(Keys, Parameters), words);
        }
        File.Delete(list);
        Assert.That(
            () => KeyFolder.OpenEvaluationKeys(Keys, Parameters),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("keygen"));
        File.WriteAllText(list, text);
        File.Delete(EvaluationKeyPath);
        Assert.That(
            () => KeyFolder.OpenEvaluationKeys(Keys, Parameters),
            Throws.InstanceOf<FileNotFoundException>().With.Message.StartsWith(EvaluationKeyPath));
        File.Delete(SecretKeyPath);
        Assert.That(
            () => KeyFolder.OpenSecret(Keys, Parameters),
            Throws.InstanceOf<FileNotFoundException>().With.Message.StartsWith(SecretKeyPath));
    }

    /// <summary>Stopped, or out of room, generation leaves nothing of its own, and earlier keys as they were.</summary>
    [Test]
    public void Generation_that_does_not_end_leaves_what_was_there([Values] bool isCancelled)
    {
        var first = Generate(Keys, Training);
        var before = Names(Keys).ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(Keys, name)));
        foreach (var folder in new[] { Keys, Path.Combine(_folder, "new") })
        {
            using var cancellation = new CancellationTokenSource();
            var progress = new Callback(() =>
            {
                if (!isCancelled)
                    throw new IOException("the disk is full");
                cancellation.Cancel();
            });
            Assert.That(
                () => KeyFolder.Generate(
                    folder, KeyFolderRequest.Of([Training, Evaluation], Levels), SystemResources.Unchecked, progress, cancellation.Token),
                isCancelled ? Throws.InstanceOf<OperationCanceledException>() : Throws.InstanceOf<IOException>());
        }
        Assert.That(Names(Path.Combine(_folder, "new")), Is.Empty);
        Assert.That(Names(Keys).ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(Keys, name))), Is.EqualTo(before));
        Assert.That(Directory.GetFileSystemEntries(Keys), Has.Length.EqualTo(2));
        var second = Generate(Keys, Evaluation);
        Assert.That(second.KeyId, Is.Not.EqualTo(first.KeyId));
        using var secret = KeyFolder.OpenSecret(Keys, Parameters);
        Assert.That(secret.KeyId, Is.EqualTo(second.KeyId));
        Assert.That(Directory.GetFileSystemEntries(Keys), Has.Length.EqualTo(2), "the earlier keys are gone");
    }

    [Test]
    public void Without_room_nothing_is_made()
    {
        var request = KeyFolderRequest.Of([Training], Levels);
        Assert.That(
            () => KeyFolder.Generate(Keys, request, new Room(1000), null, CancellationToken.None),
            Throws.InstanceOf<InsufficientDiskSpaceException>().With.Message.StartsWith(EvaluationKeyPath));
        Assert.That(Directory.Exists(Keys), Is.False);
    }

    private static KeySummary Generate(string folder, params IReadOnlyList<EncryptedProgram> programs) =>
        KeyFolder.Generate(folder, KeyFolderRequest.Of(programs, Levels), SystemResources.Unchecked, null, CancellationToken.None);

    /// <summary>Rotations of inputs at given levels, squared where it says so.</summary>
    private static EncryptedProgram Program(params (int Steps, int Level, bool IsSquared)[] rotations)
    {
        List<Value> inputs = [];
        List<Instruction> instructions = [];
        Dictionary<string, int> levels = [];
        Dictionary<string, Value> outputs = [];
        foreach (var (steps, level, isSquared) in rotations)
        {
            Value input = new($"x{inputs.Count}", []), result = new($"y{inputs.Count}", []);
            inputs.Add(input);
            levels.Add(input.Name, level);
            instructions.Add(new Rotate(result, input, steps));
            if (isSquared)
            {
                var square = new Value($"{result.Name}_squared", []);
                instructions.Add(new Products(square, [ProgramBuilder.Product(result, result)]));
                result = square;
            }
            outputs.Add(result.Name, result);
        }
        return new EncryptedProgram(new SlotGrid(16, 8, 8), [.. inputs], [.. instructions], outputs)
        {
            Levels = new ProgramLevels(Levels.RefreshedLevel, levels),
        };
    }

    private static void Refused(Action open, params string[] words)
    {
        var live = ResidueMemory.LiveBuffers;
        var message = Assert.Throws<InvalidDataException>(open)!.Message;
        Assert.That(message, Does.Not.Contain("\n"));
        foreach (var word in words)
            Assert.That(message, Does.Contain(word));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal);

    private sealed class Callback(Action action) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => action();
    }

    private sealed record Room(long Bytes) : ISystemResources
    {
        public FreeSpace? Memory => null;

        public FreeSpace? Disk(string folder) => new FreeSpace(Bytes, "disk", IsMemory: false);
    }
}
