namespace Crammed.Ckks.Client.Tests;

/// <summary>The key holder's side refuses what belongs to another key.</summary>
[TestFixture]
internal sealed class KeyIdentityTests
{
    private SecretKey _foreign = null!;
    private Ciphertext _own = null!;
    private Ciphertext _other = null!;

    [OneTimeSetUp]
    public void Encrypt()
    {
        _foreign = SecretKey.Generate(ClientSetup.Parameters);
        _own = new Encryptor(ClientSetup.Secret).Encrypt([0.5], 0);
        _other = new Encryptor(_foreign).Encrypt([0.5], 0);
    }

    [OneTimeTearDown]
    public void Clean()
    {
        _foreign.Dispose();
        _own.Dispose();
        _other.Dispose();
    }

    [Test]
    public void Another_secret_does_not_decrypt()
    {
        var decryptor = new Decryptor(_foreign);
        var probe = new DecryptingRangeProbe(_foreign);
        Action[] attempts =
        [
            () => decryptor.Decrypt(_own), () => decryptor.DecryptToSlots(_own), () => decryptor.DecryptToComplexSlots(_own),
            () => decryptor.DecryptToRealSlots(_own, 1), () => probe.Largest(_own),
        ];
        foreach (var attempt in attempts)
        {
            Assert.That(Assert.Throws<KeyMismatchException>(attempt)!.Message, Is.EqualTo(
                $"Decrypt: the ciphertext belongs to key {_own.KeyId.Short}, the secret key to key {_foreign.KeyId.Short}; "
                + "take what was made with one key"));
        }
        Assert.That(new Decryptor(_foreign).DecryptToSlots(_other)[0], Is.EqualTo(0.5).Within(1e-6));
    }

    [Test]
    public void A_refresh_party_refuses_before_it_decrypts()
    {
        var party = new RefreshParty(ClientSetup.Secret);
        var live = ResidueMemory.LiveBuffers;
        Assert.That(() => party.Refresh([_own, _other], 3), Throws.InstanceOf<KeyMismatchException>());
        Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        using var refreshed = party.Refresh([_own], 3)[0];
        Assert.That(refreshed.KeyId, Is.EqualTo(ClientSetup.Secret.KeyId));
    }

    /// <summary>Over the socket: the request is refused with the reason, its connection ends, and the next one is served.</summary>
    [Test]
    public async Task A_refresh_server_says_why_and_goes_on()
    {
        var folder = Directory.CreateTempSubdirectory("crammed-");
        var socket = Path.Combine(folder.FullName, "refresh.sock");
        using var cancellation = new CancellationTokenSource();
        var listening = new TaskCompletionSource();
        var server = new RefreshServer(ClientSetup.Parameters, new RefreshParty(ClientSetup.Secret), 1);
        var service = Task.Run(() => server.RunAsync(socket, listening.SetResult, cancellation.Token));
        try
        {
            await listening.Task.WaitAsync(TimeSpan.FromMinutes(1));
            var live = ResidueMemory.LiveBuffers;
            using (var client = new RemoteRefresher(ClientSetup.Parameters, socket, 1))
            {
                var refusal = Assert.Throws<IOException>(() => client.Refresh([_own, _other], 2))!;
                Assert.That(refusal.Message, Does.Contain(_own.KeyId.Short).And.Contain(_other.KeyId.Short));
            }
            using (var client = new RemoteRefresher(ClientSetup.Parameters, socket, 1))
            {
                using var refreshed = client.Refresh([_own], 2)[0];
                Assert.That(refreshed.KeyId, Is.EqualTo(_own.KeyId));
            }
            Assert.That(ResidueMemory.LiveBuffers, Is.EqualTo(live));
        }
        finally
        {
            await cancellation.CancelAsync();
            await service;
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Everything_made_with_a_key_has_its_id()
    {
        using var publicKey = ClientSetup.Generator.CreatePublicKey();
        using var keys = ClientSetup.Generator.CreateEvaluationKeys(EvaluationKeyRequest.Of(1, []));
        using var encrypted = new Encryptor(publicKey).Encrypt([1.0], 1);
        Assert.That(
            new[] { publicKey.KeyId, keys.KeyId!.Value, encrypted.KeyId, _own.KeyId }, Is.All.EqualTo(ClientSetup.Secret.KeyId));
        Assert.That(_other.KeyId, Is.EqualTo(_foreign.KeyId).And.Not.EqualTo(ClientSetup.Secret.KeyId));
    }
}
