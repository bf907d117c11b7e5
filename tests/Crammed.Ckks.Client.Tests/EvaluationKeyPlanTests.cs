namespace Crammed.Ckks.Client.Tests;

/// <summary>What is said of keys before they are made, compared with what they are.</summary>
[TestFixture]
internal sealed class EvaluationKeyPlanTests
{
    private static readonly CkksParameters Bootstrapping = CkksParameters.Create(NamedParameters.InsecureN11Bootstrapping);

    private SecretKey _secret = null!;
    private string _path = null!;

    [OneTimeSetUp]
    public void GenerateSecret() => _secret = SecretKey.Generate(Bootstrapping);

    [OneTimeTearDown]
    public void DisposeSecret() => _secret.Dispose();

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.keys");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    private static IEnumerable<EvaluationKeyRequest> Requests()
    {
        yield return new EvaluationKeyRequest();
        yield return new EvaluationKeyRequest { RelinearizationLevel = 7 };
        yield return new EvaluationKeyRequest { Rotations = [(1, 3), (2, 3), (1, 5), (0, 9), (-1, 0)], ConjugationLevel = 3 };
        yield return EvaluationKeyRequest.ForBootstrapping(Bootstrapping, [(1, 19), (2, 19), (4, 17), (8, 2)]);
    }

    [TestCaseSource(nameof(Requests))]
    public void The_plan_is_the_manifest_and_size_of_the_file_and_of_the_keys_in_memory(EvaluationKeyRequest request)
    {
        var live = ResidueMemory.LiveBuffers;
        var plan = request.Plan(Bootstrapping);
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), "nothing is made for a plan");
        var generator = new KeyGenerator(_secret);
        generator.SaveEvaluationKeys(_path, request);
        Assert.That(new FileInfo(_path).Length, Is.EqualTo(plan.FileBytes));
        using (var opened = EvaluationKeys.Open(_path, Bootstrapping))
            Assert.That(opened.Manifest, Is.EqualTo(plan.Keys));
        using var made = generator.CreateEvaluationKeys(request);
        Assert.That(made.Bytes, Is.EqualTo(plan.MemoryBytes));
        Assert.That(made.Manifest.Select(key => key with { IsLoaded = false }), Is.EqualTo(plan.Keys));
    }

    /// <summary>
    /// The pool keeps every buffer that it ever handed out, so that after a generation it holds the most that were out at a time. It may hold
    /// less than was said: buffers serve for smaller sizes too; digits are made in parallel, and of their errors and products, two limbs
    /// each, all may have been out, or those of one digit. The largest key's two halves at least were out.
    /// </summary>
    [TestCaseSource(nameof(Requests))]
    public void Making_keys_takes_the_memory_that_was_said(EvaluationKeyRequest request)
    {
        var plan = request.Plan(Bootstrapping);
        long digits = plan.Keys.Select(key => key.DigitCount).DefaultIfEmpty().Max();
        var slackLimbs = 2 * digits + (request.Encapsulation ? Bootstrapping.Ring.Moduli.Length : 0);
        var slack = slackLimbs * (Bootstrapping.N + 40) * sizeof(double);
        var generator = new KeyGenerator(_secret);
        ResidueMemory.Trim();
        generator.SaveEvaluationKeys(_path, request, maxDegreeOfParallelism: 1);
        var largest = plan.Keys.Select(key => key.MemoryBytes).DefaultIfEmpty().Max();
        Assert.That(ResidueMemory.CachedBytes, Is.InRange(largest, plan.MemoryBytesToSave(1)));

        ResidueMemory.Trim();
        var live = ResidueMemory.LiveBytes;
        using var keys = generator.CreateEvaluationKeys(request);
        // How many threads there were at a time is not known, but that there were not more than processors, and one at least.
        var held = ResidueMemory.LiveBytes - live + ResidueMemory.CachedBytes;
        Assert.That(held, Is.InRange(plan.MemoryBytesToCreate(1) - slack, plan.MemoryBytesToCreate()));
    }

    /// <summary>Worked out by hand for N = 2^11, nine primes, digits of two limbs and two special primes.</summary>
    [Test]
    public void Needs_by_hand()
    {
        // Limbs are padded by five cache lines.
        const long limb = (2048 + 40) * 8;
        var request = new EvaluationKeyRequest { RelinearizationLevel = 3, Rotations = [(1, 8), (2, 8), (3, 8)] };
        var plan = request.Plan(ClientSetup.Parameters);
        // Relinearization: 2 digits of 6 limbs; rotations: 5 digits of 11; two halves each.
        Assert.That(plan.MemoryBytes, Is.EqualTo((2 * 2 * 6 + 3 * 2 * 5 * 11) * 2048 * 8));
        // Beside the keys: s^2 on 4 limbs, a secret on 11 limbs for each rotation in flight, and 2 limbs for each of its 5 digits.
        Assert.That(plan.MemoryBytesToCreate(1), Is.EqualTo((24 + 330 + 4 + 11 + 2 * 5) * limb));
        Assert.That(plan.MemoryBytesToCreate(2), Is.EqualTo((24 + 330 + 4 + 2 * 11 + 2 * 2 * 5) * limb));
        // One key of each size: the pool does not use the buffers of one for the other.
        Assert.That(plan.MemoryBytesToSave(1), Is.EqualTo((24 + 110 + 4 + 11 + 10) * limb));
        Assert.That(plan.MemoryBytesToSave(2), Is.EqualTo((24 + 2 * 110 + 4 + 22 + 20) * limb));
        var cached = ResidueMemory.MaxCachedBytes;
        try
        {
            ResidueMemory.MaxCachedBytes = 0;
            Assert.That(plan.MemoryBytesToSave(1), Is.EqualTo((110 + 4 + 11 + 10) * limb));
        }
        finally
        {
            ResidueMemory.MaxCachedBytes = cached;
        }
    }

    [Test]
    public void What_the_parameters_do_not_have_is_refused()
    {
        Assert.That(
            () => new EvaluationKeyRequest { RelinearizationLevel = 20 }.Plan(Bootstrapping),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new EvaluationKeyRequest { Encapsulation = true }.Plan(ClientSetup.Parameters), Throws.ArgumentException);
        Assert.That(() => new EvaluationKeyRequest().Plan(null!), Throws.ArgumentNullException);
        var plan = new EvaluationKeyRequest().Plan(Bootstrapping);
        Assert.That(() => plan.MemoryBytesToCreate(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => plan.RequireRoom(_path, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => plan.RequireRoom(""), Throws.ArgumentException);
    }
}
