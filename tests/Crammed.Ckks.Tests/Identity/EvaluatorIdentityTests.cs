using System.Reflection;

namespace Crammed.Ckks.Tests.Identity;

/// <summary>
/// Every public operation of the evaluator that takes ciphertexts, found by reflection: results belong to the operands' key, and a foreign
/// operand is refused in any place, with evaluation keys and without.
/// </summary>
[TestFixture]
internal sealed class EvaluatorIdentityTests
{
    private readonly IdentitySetup _setup = new();
    private IReadOnlyList<EvaluatorCall> _calls = null!;

    [OneTimeSetUp]
    public void ListCalls() => _calls = EvaluatorCall.All(_setup);

    [OneTimeTearDown]
    public void Clean() => _setup.Dispose();

    [Test]
    public void No_operation_is_left_out()
    {
        var names = typeof(Evaluator).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.GetParameters().Any(parameter => TakesCiphertexts(parameter.ParameterType)))
            .Select(method => method.Name).Distinct();
        Assert.That(_calls.Select(call => call.Name), Is.EquivalentTo(names));
    }

    [Test]
    public void Results_belong_to_the_operands_key()
    {
        foreach (var call in _calls)
        {
            var operands = IdentitySetup.Encrypt(call.Operands, _ => _setup.Own);
            var results = call.Run(_setup.Evaluator, operands);
            Assert.That(results, Is.Not.Empty, call.Name);
            foreach (var result in results)
                Assert.That(result!.KeyId, Is.EqualTo(_setup.Own.KeyId), call.Name);
            Dispose(results);
            Dispose(operands);
        }
    }

    [Test]
    public void A_foreign_operand_is_refused_in_any_place()
    {
        foreach (var call in _calls)
        {
            for (var place = 0; place < call.Operands.Length; place++)
                Refused(call, place, _setup.Evaluator);
        }
    }

    /// <summary>Without evaluation keys an evaluator serves any key, one at a time.</summary>
    [Test]
    public void Operands_of_two_keys_are_refused_without_evaluation_keys()
    {
        using var none = EvaluationKeys.Empty(_setup.Parameters);
        Assert.That(none.KeyId, Is.Null);
        var evaluator = new Evaluator(_setup.Parameters, none);
        EvaluatorCall[] keyless = [.. _calls.Where(call => !call.NeedsKeys)];
        foreach (var call in keyless)
        {
            var operands = IdentitySetup.Encrypt(call.Operands, _ => _setup.Foreign);
            var results = call.Run(evaluator, operands);
            foreach (var result in results)
                Assert.That(result!.KeyId, Is.EqualTo(_setup.Foreign.KeyId), call.Name);
            Dispose(results);
            Dispose(operands);
        }
        foreach (var call in keyless.Where(call => call.Operands.Length > 1))
        {
            for (var place = 0; place < call.Operands.Length; place++)
                Refused(call, place, evaluator);
        }
    }

    [Test]
    public void Bootstraps_keep_the_key_and_refuse_another()
    {
        using var bootstrapper = new Bootstrapper(_setup.Plan, _setup.Evaluator, new CkksEncoder(_setup.Parameters));
        using var own = IdentitySetup.Encrypt(_setup.Own, _setup.Plan.InputLevel);
        using var foreign = IdentitySetup.Encrypt(_setup.Foreign, _setup.Plan.InputLevel);
        using Ciphertext complex = bootstrapper.Bootstrap(own), real = bootstrapper.BootstrapReal(own);
        var (first, second) = bootstrapper.BootstrapPair(own, own);
        foreach (var result in new[] { complex, real, first, second })
            Assert.That(result.KeyId, Is.EqualTo(_setup.Own.KeyId));
        Dispose([first, second]);
        Assert.That(() => bootstrapper.Bootstrap(foreign), Throws.InstanceOf<KeyMismatchException>());
        Assert.That(() => bootstrapper.BootstrapReal(foreign), Throws.InstanceOf<KeyMismatchException>());
        Assert.That(() => bootstrapper.BootstrapPair(own, foreign), Throws.InstanceOf<KeyMismatchException>());
        Assert.That(() => bootstrapper.BootstrapPair(foreign, own), Throws.InstanceOf<KeyMismatchException>());
    }

    private void Refused(EvaluatorCall call, int place, Evaluator evaluator)
    {
        var operands = IdentitySetup.Encrypt(call.Operands, i => i == place ? _setup.Foreign : _setup.Own);
        var live = ResidueMemory.LiveBuffers;
        var refusal = Assert.Throws<KeyMismatchException>(() => call.Run(evaluator, operands), $"{call.Name}, operand {place}")!;
        Assert.That(new[] { refusal.First, refusal.Second }, Is.EquivalentTo(new[] { _setup.Own.KeyId, _setup.Foreign.KeyId }));
        Assert.That(refusal.Message, Does.Contain(_setup.Own.KeyId.Short).And.Contain(_setup.Foreign.KeyId.Short).And.Not.Contain("\n"));
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live), call.Name);
        Dispose(operands);
    }

    private static bool TakesCiphertexts(Type type) =>
        type == typeof(Ciphertext) || type == typeof(RotationTerm) || type.GetGenericArguments().Any(TakesCiphertexts);

    private static void Dispose(IEnumerable<Ciphertext?> ciphertexts)
    {
        foreach (var ciphertext in ciphertexts)
            ciphertext?.Dispose();
    }
}
